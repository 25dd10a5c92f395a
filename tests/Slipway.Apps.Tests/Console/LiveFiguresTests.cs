using Slipway.Console.Reading;
using Slipway.Serving.Figures;

namespace Slipway.Apps.Tests.Console;

public sealed class LiveFiguresTests
{
    private static DateTimeOffset Now => Records.Noon;

    [Fact]
    public void Slots_without_requests_count_as_zero_and_leave_a_gap_in_latency()
    {
        var figures = new[] { Records.Figures("1.0.0", Slot(-60, 50, 0.9)) };

        var rate = Assert.Single(LiveFigures.Rate(figures, Now));
        var latency = Assert.Single(LiveFigures.Latency(figures, Now));

        Assert.Equal(120, rate.Points.Count);
        Assert.Equal(10, rate.Points.Max(p => p.Value));
        Assert.Equal(119, rate.Points.Count(p => p.Value == 0));
        Assert.Equal(0.9, Assert.Single(latency.Points, p => p.Value is not null).Value);
    }

    [Fact]
    public void The_slot_that_is_still_filling_is_left_out()
    {
        var figures = new[] { Records.Figures("1.0.0", Slot(0, 1, 0.9)) };
        var inItsMiddle = Now.AddSeconds(3);

        Assert.All(LiveFigures.Rate(figures, inItsMiddle)[0].Points, p => Assert.Equal(0, p.Value));
        Assert.Equal(0, LiveFigures.RecentRate(figures, inItsMiddle));
    }

    [Fact]
    public void The_rate_of_the_last_half_minute_is_that_of_all_versions_together()
    {
        var figures = new[] { Records.Figures("1.1.0", Slot(-10, 60, 1)), Records.Figures("1.0.0", Slot(-20, 30, 2), Slot(-120, 900, 3)) };

        Assert.Equal(3, LiveFigures.RecentRate(figures, Now));
        Assert.Equal(2, LiveFigures.RecentP95(figures, Now));
    }

    private static FigureSlot Slot(int seconds, long requests, double p95) => new(Now.AddSeconds(seconds), requests, 0, p95 / 2, p95);
}
