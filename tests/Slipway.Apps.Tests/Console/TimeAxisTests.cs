using Slipway.Console.Components.Plots;
using Slipway.Console.Reading;

namespace Slipway.Apps.Tests.Console;

public sealed class TimeAxisTests
{
    private static readonly DateTimeOffset Start = new(2011, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(0)]
    [InlineData(0.5)]
    [InlineData(7)]
    [InlineData(100)]
    [InlineData(60 * 24)]
    [InlineData(60 * 24 * 45)]
    [InlineData(60 * 24 * 731)]
    [InlineData(60L * 24 * 365 * 40)]
    public void An_axis_of_any_length_has_a_few_round_marks_inside(double minutes)
    {
        var axis = TimeAxis.Between(Start.AddSeconds(13), Start.AddSeconds(13).AddMinutes(minutes));

        Assert.InRange(axis.Ticks.Count, 1, 9);
        Assert.All(axis.Ticks, t => Assert.InRange(t.Place, 0, 1));
        Assert.All(axis.Ticks.Zip(axis.Ticks.Skip(1)), pair => Assert.NotEqual(pair.First.Text, pair.Second.Text));
    }

    [Fact]
    public void Two_years_are_marked_by_quarters_and_the_title_says_which_years()
    {
        var axis = TimeAxis.Between(Start, Start.AddDays(731));

        Assert.Equal(["2011", "Apr", "Jul", "Oct", "2012", "Apr", "Jul", "Oct", "2013"], axis.Ticks.Select(t => t.Text));
        Assert.Equal("event time (UTC), 1 Jan 2011 to 1 Jan 2013", axis.Title);
        Assert.Equal(0, axis.Ticks[0].Place);
    }

    [Fact]
    public void Hours_are_marked_in_UTC_whatever_the_offset()
    {
        var axis = TimeAxis.Between(new DateTimeOffset(2026, 5, 3, 22, 0, 0, TimeSpan.FromHours(2)), new DateTimeOffset(2026, 5, 4, 6, 0, 0, TimeSpan.FromHours(2)));

        Assert.Equal(["20:00", "21:00", "22:00", "23:00", "4 May", "01:00", "02:00", "03:00", "04:00"], axis.Ticks.Select(t => t.Text));
        Assert.Equal(
            "event time (UTC), 3 May 2026 to 4 May 2026",
            TimeAxis.Between(new DateTimeOffset(2026, 5, 4, 1, 0, 0, TimeSpan.FromHours(2)), new DateTimeOffset(2026, 5, 4, 3, 0, 0, TimeSpan.FromHours(2))).Title);
    }

    [Fact]
    public void Labels_that_would_hide_a_neighbour_are_left_to_the_tooltip_and_the_newest_is_kept()
    {
        var axis = TimeAxis.Between(Start, Start.AddDays(100));
        var marks = Enumerable.Range(0, 30).Select(i => new TimelineMark(MarkKind.Alert, Start.AddDays(60 + i), $"column {i}", "")).ToList();

        var placed = LaneLabels.Place(marks, axis);

        Assert.Equal(30, placed.Count);
        Assert.InRange(placed.Count(p => p.Fits != LabelFit.Nowhere), 0, 5);
        Assert.Equal(LabelFit.Narrow, LaneLabels.Place([marks[^1]], axis)[0].Fits);

        // Left of the middle a label stands behind its mark, right of it before: these two would meet.
        var (older, newer) = (new TimelineMark(MarkKind.Release, Start.AddDays(45), "1.0.0", ""), new TimelineMark(MarkKind.Release, Start.AddDays(55), "1.1.0", ""));
        Assert.Equal([LabelFit.Nowhere, LabelFit.Wide], LaneLabels.Place([older, newer], axis).Select(p => p.Fits));
        Assert.All(placed, p => Assert.InRange(p.Label.Length, 1, 18));
    }

    [Theory]
    [InlineData(-2, "0.01")]
    [InlineData(0, "1")]
    [InlineData(3, "1,000")]
    [InlineData(52, "10⁵²")]
    [InlineData(-12, "10⁻¹²")]
    public void Powers_of_ten_are_written_as_numbers_as_long_as_they_can_be_read(int exponent, string text) => Assert.Equal(text, Say.PowerOfTen(exponent));

    [Fact]
    public void An_e_value_that_no_number_holds_is_told_from_its_logarithm()
    {
        Assert.Equal("20", Say.FromLog(Math.Log(20)));
        Assert.Equal("10⁴³⁴", Say.FromLog(1000));
        Assert.Equal(["0.01", "0.1", "1", "10", "100"], Axis.PowersOfTen(-1.7, 1.8).Ticks.Select(t => t.Text));
    }
}
