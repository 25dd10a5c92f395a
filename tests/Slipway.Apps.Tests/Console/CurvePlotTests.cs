using Bunit;
using Slipway.Console.Components.Plots;
using Slipway.Console.Reading;
using Slipway.Tracking.Reading;

namespace Slipway.Apps.Tests.Console;

public sealed class CurvePlotTests : BunitContext
{
    [Fact]
    public void What_is_no_number_leaves_a_gap_with_a_mark_and_is_told()
    {
        var plot = Show(Curve((0, 1), (1, 2), (2, double.NaN), (3, double.PositiveInfinity), (4, double.NegativeInfinity), (5, 3)));

        Assert.Equal(["M0 100h0L20 50M100 0h0"], [plot.Find(".line-1").GetAttribute("d")]);
        Assert.Equal("M40 100h0", plot.Find(".dots-bad").GetAttribute("d"));
        Assert.Equal("M60 0h0M80 100h0", plot.Find(".dots-soft").GetAttribute("d"));
        Assert.Equal(["NaN", "infinite"], plot.FindAll(".key").Select(k => k.TextContent));
        Assert.Equal("rmse over 6 values: from 1 to 3, newest 3. 1 of them NaN. 2 of them infinite.", plot.Find("[role=img]").GetAttribute("aria-label"));
        Assert.Equal(["1", "2", "NaN", "∞", "−∞", "3"], plot.FindAll("tbody td.number").Select(c => c.TextContent));
    }

    [Fact]
    public void A_history_of_nothing_but_NaN_is_drawn_too()
    {
        var plot = Show(Curve((0, double.NaN), (1, double.NaN)));

        Assert.Equal("", plot.Find(".line-1").GetAttribute("d"));
        Assert.Equal("rmse over 2 values: newest NaN. 2 of them NaN.", plot.Find("[role=img]").GetAttribute("aria-label"));
    }

    [Fact]
    public void A_thinned_history_says_so()
    {
        var plot = Show(Curve((0, 1), (1, 2)) with { IsThinned = true });

        Assert.Equal("newest 2, thinned to 2 values", plot.Find(".plot-unit").TextContent);
        Assert.Contains("thinned out", plot.Find("[role=img]").GetAttribute("aria-label"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1e300, -1e300)]
    [InlineData(double.MaxValue, -double.MaxValue)]
    [InlineData(double.Epsilon, 0)]
    [InlineData(1, 1.0000000000000002)]
    [InlineData(1e20, 1.0000000000000002e20)]
    [InlineData(0.99991, 0.99992)]
    [InlineData(-5, -5)]
    public void Every_range_of_values_has_marks_that_differ_and_places_that_are_numbers(double first, double second)
    {
        var plot = Show(Curve((0, first), (1, second)));

        Assert.DoesNotContain("NaN", plot.Find("svg").OuterHtml, StringComparison.Ordinal);
        Assert.DoesNotContain("∞", plot.Find("svg").OuterHtml, StringComparison.Ordinal);
        var marks = plot.FindAll(".plot-y span").Select(s => s.TextContent).ToList();
        Assert.InRange(marks.Count, 2, 12);
        Assert.Equal(marks.Count, marks.Distinct().Count());
    }

    [Theory]
    [InlineData(0, 1, "0 1")]
    [InlineData(0, 3, "0 1 2 3")]
    [InlineData(0, 99, "0 20 40 60 80")]
    [InlineData(-10, 10, "-10 -5 0 5 10")]
    [InlineData(long.MinValue, long.MaxValue, "-9,223,372,036,854,775,808 9,223,372,036,854,775,807")]
    [InlineData(long.MaxValue - 1, long.MaxValue, "9,223,372,036,854,775,806 9,223,372,036,854,775,807")]
    public void Steps_have_marks_at_whole_steps_from_the_first_to_the_last(long first, long last, string marks)
    {
        var axis = StepAxis.Of(Curve((first, 1), (last, 2)).Values);

        Assert.Equal([0.0, 1.0], axis.Places);
        Assert.Equal(marks, string.Join(' ', axis.Ticks.Select(t => t.Text)));
        Assert.Equal("step", axis.Title);
    }

    [Fact]
    public void Values_of_one_step_stand_by_their_time()
    {
        var values = Curve((0, 1), (0, 2), (0, 3)).Values.Select((v, i) => v with { At = Records.Noon.AddSeconds(i * 5) }).ToList();

        var axis = StepAxis.Of(values);

        Assert.Equal("seconds since the first value", axis.Title);
        Assert.Equal([0, 0.5, 1], axis.Places);
        Assert.Equal("0 2 4 6 8 10", string.Join(' ', axis.Ticks.Select(t => t.Text)));
        Assert.Equal([0.5, 0.5], StepAxis.Of(Curve((7, 1), (7, 2)).Values).Places);
    }

    [Theory]
    [InlineData("system/gpu_0_memory_usage_megabytes", "MB")]
    [InlineData("system/cpu_utilization_percentage", "%")]
    [InlineData("latency_ms", "ms")]
    [InlineData("Time Seconds", "s")]
    [InlineData("ms", null)]
    [InlineData("items", null)]
    [InlineData("rmse", null)]
    public void A_unit_is_told_where_the_name_ends_with_it(string metric, string? unit) => Assert.Equal(unit, MetricUnit.Of(metric));

    [Theory]
    [InlineData(0.4, "0.4 s")]
    [InlineData(75, "1 min 15 s")]
    [InlineData(6661, "1 h 51 min")]
    [InlineData(200_000, "2 d 7 h")]
    public void A_time_is_told_in_its_two_largest_units(double seconds, string text) => Assert.Equal(text, Say.Took(TimeSpan.FromSeconds(seconds)));

    private IRenderedComponent<CurvePlot> Show(MetricCurve curve) => Render<CurvePlot>(p => p.Add(c => c.Curve, curve));

    private static MetricCurve Curve(params (long Step, double Value)[] values) => new([.. values.Select(v => new MetricValue("rmse", v.Value, v.Step, Records.Noon))], IsThinned: false);
}
