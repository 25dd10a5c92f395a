using Microsoft.Extensions.Time.Testing;
using Slipway.Monitoring;

namespace Slipway.Watch.Tests.Monitoring.Outcomes;

public sealed class EventClockTests
{
    private static readonly DateTimeOffset Start = Rows.At("2026-05-04T12:00:00Z");

    private readonly FakeTimeProvider _time = new(Start) { AutoAdvanceAmount = TimeSpan.Zero };
    private readonly EventClock _clock;

    public EventClockTests() => _clock = new EventClock(_time);

    [Fact]
    public void Before_any_traffic_there_is_no_now() => Assert.Null(_clock.Now("bikes"));

    [Fact]
    public void Live_traffic_follows_the_servers_clock_also_between_requests()
    {
        Observe("2026-05-04T11:59:00Z");
        Assert.Equal(Start, _clock.Now("bikes"));

        _time.Advance(TimeSpan.FromHours(3));
        Assert.Equal(Start.AddHours(3), _clock.Now("bikes"));
    }

    [Fact]
    public void A_replay_is_where_its_newest_event_is_and_stands_still_between_requests()
    {
        Observe("2012-03-01T10:00:00Z", "2012-03-01T12:00:00Z", "2012-03-01T11:00:00Z");
        Assert.Equal(Rows.At("2012-03-01T12:00:00Z"), _clock.Now("bikes"));

        _time.Advance(TimeSpan.FromHours(3));
        Observe("2011-01-01T00:00:00Z");
        Assert.Equal(Rows.At("2012-03-01T12:00:00Z"), _clock.Now("bikes"));
        Assert.True(_clock.IsReplay("bikes"));
    }

    [Fact]
    public void A_day_behind_is_still_live()
    {
        Observe("2026-05-03T12:00:00Z");
        Assert.Equal(Start, _clock.Now("bikes"));
        Assert.False(_clock.IsReplay("bikes"));
    }

    [Fact]
    public void It_never_goes_back_when_the_servers_clock_does()
    {
        var back = new BackwardClock(Start);
        var clock = new EventClock(back);
        clock.Observe(new Rows(new Row("a")).ToBatch(Start));
        Assert.Equal(Start, clock.Now("bikes"));

        back.Now = Start.AddDays(-2);
        clock.Observe(new Rows(new Row("b")).ToBatch(back.Now));
        Assert.Equal(Start, clock.Now("bikes"));
        Assert.False(clock.IsReplay("bikes"));
    }

    [Fact]
    public void A_replay_that_catches_up_with_the_present_goes_on_with_the_servers_clock()
    {
        Observe("2012-03-01T10:00:00Z");
        Observe("2026-05-04T11:00:00Z");
        Assert.Equal(Start, _clock.Now("bikes"));
    }

    [Fact]
    public void An_event_of_the_far_future_moves_nothing()
    {
        Observe("2012-03-01T10:00:00Z", "2099-01-01T00:00:00Z");
        Assert.Equal(Rows.At("2012-03-01T10:00:00Z"), _clock.Now("bikes"));
    }

    [Fact]
    public void What_was_saved_goes_on()
    {
        Observe("2012-03-01T10:00:00Z");
        _ = _clock.Now("bikes");
        var next = new EventClock(_time);
        next.Restore("bikes", _clock.Read("bikes")!);
        Assert.Equal(Rows.At("2012-03-01T10:00:00Z"), next.Now("bikes"));
    }

    private void Observe(params string[] times) =>
        _clock.Observe(new Rows([.. times.Select((t, i) => new Row($"{i}") { At = Rows.At(t) })]).ToBatch(_time.GetUtcNow()));

    private sealed class BackwardClock(DateTimeOffset now) : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = now;

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
