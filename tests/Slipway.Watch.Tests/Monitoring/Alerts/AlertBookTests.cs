using Slipway.Monitoring.Alerts;

namespace Slipway.Watch.Tests.Monitoring.Alerts;

public sealed class AlertBookTests
{
    private static readonly DateTimeOffset Start = new(2026, 3, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly AlertBook _book = new("bikes");

    [Fact]
    public void A_breach_fires_once_and_stays_until_a_window_says_ok()
    {
        Take(1, FindingOutcome.Breach);
        Take(2, FindingOutcome.Breach);
        Take(3, FindingOutcome.Insufficient);
        Take(4, FindingOutcome.Ok);
        Take(5, FindingOutcome.Ok);

        Assert.Equal(["AlertFired", "AlertResolved"], Events());
        Assert.Equal((Start.AddDays(1), Start.AddDays(4)), (_book.Unsaved[1].Alert.FiredAt, _book.Unsaved[1].Alert.ResolvedAt));
        Assert.Equal(_book.Unsaved[0].Alert.Id, _book.Unsaved[1].Alert.Id);
    }

    [Fact]
    public void The_newest_window_that_could_tell_decides()
    {
        Take(5, FindingOutcome.Ok);
        Take(3, FindingOutcome.Breach);
        Assert.Empty(_book.Unsaved);

        Take(6, FindingOutcome.Insufficient);
        Take(5, FindingOutcome.Breach);
        Assert.Equal(["AlertFired"], Events());
    }

    [Fact]
    public void Each_column_and_each_segment_has_its_own()
    {
        Take(1, FindingOutcome.Breach, "temp");
        Take(1, FindingOutcome.Breach, "hum");
        Take(1, FindingOutcome.Breach, "hum", "workingday=1");

        Assert.Equal(3, _book.Unsaved.Select(change => change.Alert.Id).Distinct().Count());
    }

    [Fact]
    public void Another_version_ends_them_all_and_begins_anew()
    {
        Take(1, FindingOutcome.Breach);
        _book.TakeOver(Start.AddDays(2), "m@1.0.1", "1.0.1");
        Assert.Equal("1.0.1 took over", Assert.IsType<AlertResolved>(_book.Unsaved[1].Happened).Sentence);

        _book.Take(Start.AddDays(2), "m@1.0.1", Of(FindingOutcome.Breach, "temp", ""));
        Assert.Equal(["AlertFired", "AlertResolved", "AlertFired"], Events());
    }

    [Fact]
    public void After_a_restart_what_fires_goes_on()
    {
        Take(2, FindingOutcome.Breach);
        var after = new AlertBook("bikes");
        after.Restore([_book.Unsaved[0].Alert], _book.Decisions);

        after.Take(Start.AddDays(1), "m@1.0.0", Of(FindingOutcome.Ok, "temp", ""));
        after.Take(Start.AddDays(3), "m@1.0.0", Of(FindingOutcome.Breach, "temp", ""));
        Assert.Empty(after.Unsaved);

        after.Take(Start.AddDays(4), "m@1.0.0", Of(FindingOutcome.Ok, "temp", ""));
        Assert.Single(after.Unsaved);
    }

    private static Finding Of(FindingOutcome outcome, string subject, string segment) => new("drift", subject, segment, outcome, $"{subject} {outcome}", []);

    private void Take(int day, FindingOutcome outcome, string subject = "temp", string segment = "") => _book.Take(Start.AddDays(day), "m@1.0.0", Of(outcome, subject, segment));

    private string[] Events() => [.. _book.Unsaved.Select(change => change.Happened.GetType().Name)];
}
