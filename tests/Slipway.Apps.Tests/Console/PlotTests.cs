using Bunit;
using Slipway.Console.Components.Plots;
using Slipway.Console.Reading;
using Slipway.Datasets;
using Slipway.Validation;

namespace Slipway.Apps.Tests.Console;

public sealed class PlotTests : BunitContext
{
    [Theory]
    [InlineData("<= 60", 60, true)]
    [InlineData(">= 0.85", 0.85, false)]
    [InlineData("> 90 %", 0.9, false)]
    public void A_limit_is_read_as_it_was_written(string text, double limit, bool below)
    {
        Assert.True(GateLimit.TryRead(text, out var read, out var allowedBelow));

        Assert.Equal(limit, read, 12);
        Assert.Equal(below, allowedBelow);
    }

    [Fact]
    public void A_gate_is_drawn_with_its_interval_and_told_by_its_sentence()
    {
        var gate = new GateResult("performance.rmse", Verdict.Inconclusive, "<= 60", 55, 50, 62, 100, "rmse is 55 (95 % interval 50 to 62).");

        var plot = Render<GateInterval>(p => p.Add(c => c.Gate, gate));

        Assert.Equal(gate.Sentence, plot.Find("[role=img]").GetAttribute("aria-label"));
        Assert.NotNull(plot.Find(".gate-interval.gate-inconclusive"));
    }

    [Fact]
    public void Deciles_that_coincide_share_a_bar()
    {
        var plot = Render<DecilePlot>(p => p
            .Add(c => c.Title, "Distribution of y")
            .Add(c => c.XTitle, "y")
            .Add(c => c.Quantiles, [0, 0, 0, 0, 0, 0, 1, 2, 3, 4, 100]));

        Assert.All(plot.FindAll(".bar"), bar => Assert.DoesNotContain("∞", bar.GetAttribute("d"), StringComparison.Ordinal));
        Assert.InRange(plot.FindAll(".bar").Count, 2, 10);
    }

    [Fact]
    public void A_column_of_one_value_is_drawn_too()
    {
        var plot = Render<DecilePlot>(p => p
            .Add(c => c.Title, "Distribution of y")
            .Add(c => c.XTitle, "y")
            .Add(c => c.Quantiles, [.. Enumerable.Repeat(7.0, 11)]));

        Assert.Single(plot.FindAll(".bar"));
    }

    [Fact]
    public void The_best_trial_stands_out_and_a_failed_one_is_named_in_the_table()
    {
        var trials = new TrialsView([Records.Trial(1, 60), Records.Trial(2, null), Records.Trial(3, 48.5)], HigherIsBetter: false);

        var plot = Render<TrialPlot>(p => p.Add(c => c.Trials, trials));

        Assert.Equal(2, plot.FindAll(".dot").Count);
        Assert.Single(plot.FindAll(".dot-best"));
        Assert.Contains("the best is number 3 with rmse 48.5", plot.Find("[role=img]").GetAttribute("aria-label"), StringComparison.Ordinal);
        Assert.Contains("failed", plot.FindAll("tbody tr")[1].TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void Values_are_shown_as_text()
    {
        var bars = Render<ValueBars>(p => p
            .Add(c => c.Label, "Values")
            .Add(c => c.Rows, 10)
            .Add(c => c.Values, [new ValueCount("<script>alert(1)</script>", 10)]));

        Assert.Empty(bars.FindAll("script"));
        Assert.Contains("<script>alert(1)</script>", bars.Find(".value").TextContent, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0.0)]
    [InlineData(0.00037)]
    [InlineData(7)]
    [InlineData(123_456)]
    public void An_axis_holds_its_values_between_round_marks(double high)
    {
        var axis = Axis.FromZero(high);

        Assert.InRange(axis.Place(high), 0, 1);
        Assert.InRange(axis.Ticks.Count, 2, 7);
        Assert.Equal("0", axis.Ticks[0].Text);
    }
}
