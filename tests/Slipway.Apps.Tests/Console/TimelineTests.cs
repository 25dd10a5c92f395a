using Slipway.Console.Reading;
using Slipway.Retraining.Pipelines;
using Slipway.Rollouts.Releases;
using Slipway.Storage.Events;

namespace Slipway.Apps.Tests.Console;

public sealed class TimelineTests
{
    [Fact]
    public void Each_event_of_a_release_is_marked_with_its_sentence_at_its_event_time()
    {
        var marks = Timeline.Tell(
            [
                Event("VersionDeployed", 0, """{"version":{"model":"m","version":"1.0.0"},"reason":"first"}"""),
                Event("RolloutStarted", 1, """{"version":{"model":"m","version":"1.1.0"},"weight":0.05,"why":"It begins."}"""),
                Event("RolloutStepped", 2, """{"version":{"model":"m","version":"1.1.0"},"weight":0.25,"at":"2011-09-12T00:00:00+00:00","why":"No harm is proven."}"""),
                Event("RolloutHeld", 3, """{"version":{"model":"m","version":"1.1.0"},"at":"2011-09-20T00:00:00+00:00","why":"Held at 25%."}"""),
                Event("AlertFired", 4, """{"at":"2011-09-20T00:00:00+00:00","sentence":"It drifted."}"""),
                Event("SomethingNew", 5, "{}"),
            ],
            [],
            [],
            null);

        Assert.Equal(["25%", "held", "1.0.0", "1.1.0 5%"], marks.Select(m => m.Label));
        Assert.Equal([MarkKind.Rollout, MarkKind.Decision, MarkKind.Release, MarkKind.Rollout], marks.Select(m => m.Kind));
        Assert.Equal("1.0.0 answers as the first version. alice: first", marks[2].Sentence);
        Assert.Equal(new DateTimeOffset(2011, 9, 12, 0, 0, 0, TimeSpan.Zero), marks[0].At);
        Assert.Equal(Records.Noon.AddMinutes(1), marks[3].At);
        Assert.All(marks, m => Assert.False(m.IsAbout));
    }

    [Fact]
    public void While_past_traffic_is_replayed_a_deployment_stands_where_the_traffic_was()
    {
        var marks = Timeline.Tell(
            [
                Event("VersionDeployed", 0, """{"version":{"model":"m","version":"1.0.0"}}"""),
                Event("RolloutPromoted", 1, """{"version":{"model":"m","version":"1.1.0"},"at":"2011-09-12T00:00:00+00:00","why":"Safe."}"""),
                Event("VersionDeployed", 1, """{"version":{"model":"m","version":"1.1.0"},"former":{"model":"m","version":"1.0.0"}}"""),
            ],
            [],
            [],
            new DateTimeOffset(2011, 12, 1, 0, 0, 0, TimeSpan.Zero));

        var promoted = new DateTimeOffset(2011, 9, 12, 0, 0, 0, TimeSpan.Zero);
        Assert.Equal([promoted, promoted, promoted], marks.Select(m => m.At));
        Assert.Equal([true, false, true], marks.Select(m => m.IsAbout));
    }

    [Fact]
    public void What_a_training_led_to_stands_where_its_data_ended()
    {
        var asOf = new DateTimeOffset(2011, 5, 13, 0, 0, 0, TimeSpan.Zero);
        var run = Records.Run(PipelineState.Succeeded) with { AsOf = asOf, StartedAt = Records.Noon.AddMinutes(1) };

        var marks = Timeline.Tell(
            [
                Event("AlertFired", 0, """{"at":"2011-05-08T00:00:00+00:00","sentence":"It drifted."}"""),
                Event("RolloutStarted", 2, """{"version":{"model":"m","version":"1.0.1"},"weight":0.25}"""),
            ],
            [],
            TrainingLine.Tell([run], []),
            new DateTimeOffset(2011, 12, 1, 0, 0, 0, TimeSpan.Zero));

        Assert.Equal(asOf, marks.Single(m => m.Kind == MarkKind.Rollout).At);
    }

    [Fact]
    public void An_alert_lasts_until_it_is_resolved_or_until_now()
    {
        var marks = Timeline.Tell([], [WatchRecords.Alert("temp", 59), WatchRecords.Alert("rmse", 51, 86, segment: "workingday=1")], [], WatchRecords.End);

        Assert.Equal([WatchRecords.Day(86), WatchRecords.End], marks.Select(m => m.Until!.Value));
        Assert.StartsWith("workingday=1: ", marks[0].Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void A_training_stands_at_the_time_up_to_which_it_learned_and_one_on_all_rows_is_left_out_of_a_replay()
    {
        var trainings = TrainingLine.Tell([WatchRecords.Retraining(59), Records.Run(PipelineState.Succeeded)], [WatchRecords.Rollout(RolloutStatus.RolledBack)]);

        var mark = Assert.Single(Timeline.Tell([], [], trainings, WatchRecords.End));

        Assert.Equal(WatchRecords.Day(59), mark.At);
        Assert.Equal("Trained because of performance: rmse 66 is worse than 56 on rows before 1 Sep 2011 00:00 UTC: 1.1.0, gates pass. Rollout rolled back.", mark.Sentence);
    }

    [Fact]
    public void Of_many_marks_the_newest_are_kept()
    {
        var alerts = Enumerable.Range(0, Timeline.Most + 50).Select(i => WatchRecords.Alert("temp", i)).ToList();

        var marks = Timeline.Tell([], alerts, [], null);

        Assert.Equal(Timeline.Most, marks.Count);
        Assert.Equal(WatchRecords.Day(50), marks[0].At);
    }

    [Theory]
    [InlineData("workingday=1", "30", "segment=workingday%3D1&days=30")]
    [InlineData(null, "31", "")]
    [InlineData("", "-1", "")]
    [InlineData("a&b=<c>", null, "segment=a%26b%3D%3Cc%3E")]
    public void What_is_shown_stands_in_the_address(string? segment, string? days, string query) => Assert.Equal(query, WatchChoice.Read(segment, days).ToQuery());

    private static StoredEvent Event(string type, int minute, string data) => new(minute, type, "deployment/bikes", "alice", Records.Noon.AddMinutes(minute), data);
}
