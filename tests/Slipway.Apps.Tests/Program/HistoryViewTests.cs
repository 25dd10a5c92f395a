using System.Text.Json;
using Slipway.Core;
using Slipway.Core.Names;
using Slipway.Output;
using Slipway.Registry.Decisions;
using Slipway.Rollouts.History;

namespace Slipway.Apps.Tests.Program;

public sealed class HistoryViewTests
{
    private static readonly DateTimeOffset At = new(2026, 5, 3, 14, 0, 0, TimeSpan.Zero);
    private static readonly VersionReference First = VersionReference.Parse("bike-demand@1.0.0");
    private static readonly VersionReference Second = VersionReference.Parse("bike-demand@1.1.0");

    [Fact]
    public void A_period_has_a_line_with_its_times_and_roles_and_below_it_who_decided_and_why()
    {
        var lines = HistoryView.Lines(OverTheWire(new HistoryPage("bikes", [Period("good")], 7))).ToArray();

        Assert.Equal("2026-05-03 14:00:00  now                  bike-demand@1.0.0, 1.1.0 25%", lines[1]);
        Assert.Equal("policy: good (requests up to 2011-06-03 00:00) (because)", lines[2]);
        Assert.StartsWith("These are the newest 1; --to 2026-05-03T14:00:00", lines[3], StringComparison.Ordinal);
    }

    [Fact]
    public void The_traffic_of_a_replay_is_told_by_its_own_time_and_of_others_not_at_all()
    {
        var traffic = new TrafficPeriod(At.AddYears(-15), At.AddYears(-15).AddDays(1), [new AnsweredTraffic("bike-demand@1.0.0", "stable", 1801, 0.75), new AnsweredTraffic("bike-demand@1.1.0", "candidate", 600, 0.25)]);
        var page = new HistoryPage("bikes", [Period("good")], null) { Traffic = [traffic] };

        Assert.DoesNotContain(HistoryView.Lines(page), line => line.Contains("replay", StringComparison.Ordinal));
        Assert.Equal(
            ["2011-05-03 14:00     2011-05-04 14:00     bike-demand@1.0.0 stable 1,801", "                                          bike-demand@1.1.0 candidate 600"],
            HistoryView.Lines(page with { IsReplay = true }).TakeLast(2));
    }

    [Fact]
    public void No_line_is_wider_than_80_columns_whatever_was_decided()
    {
        var wide = new string('w', 300);
        var moment = new DeploymentMoment
        {
            Deployment = "bikes",
            At = At,
            IsFuture = false,
            Sentence = $"At some time {wide} answered, and so it went on for longer than a line has room for, word after word after word.",
            Live = Period(wide),
            Decisions = [Period(wide).Decision, Period("word after word after word after word after word after word after word after word").Decision],
            Versions = [new VersionDecisions(First, $"{wide} approved it", [])],
        };

        Assert.All(HistoryView.Lines(moment).Concat(HistoryView.Lines(new HistoryPage("bikes", [Period(wide)], null))), line => Assert.InRange(line.Length, 0, 80));
        Assert.All(HistoryView.Lines(new ModelMoment("bike-demand", At, false, [moment, moment], true)), line => Assert.InRange(line.Length, 0, 80));
    }

    private static LivePeriod Period(string sentence) => new()
    {
        From = At,
        Position = 9,
        Revision = 2,
        Stable = First,
        Candidate = Second,
        Weight = 0.25,
        Rollout = "r",
        Decision = new HistoryDecision { Position = 9, At = At, What = "started", Sentence = sentence, Actor = "policy", Reason = "because", EvidenceTo = new DateTimeOffset(2011, 6, 3, 0, 0, 0, TimeSpan.Zero) },
    };

    private static T OverTheWire<T>(T value) => JsonSerializer.Deserialize<T>(JsonSerializer.Serialize(value, SlipwayJson.Options), SlipwayJson.Options)!;
}
