using System.Globalization;
using System.Text;
using Slipway.Core.Errors;
using Slipway.Core.Names;
using Slipway.Registry;
using Slipway.Retraining.Pipelines;
using Slipway.Rollouts;
using Slipway.Storage.Events;

namespace Slipway.Watch.Tests.Retraining;

/// <summary>What a run learns from, what its result is compared with, and how it is released.</summary>
public sealed class ReleaseTests
{
    private const string Canary = """
          strategy: canary
          steps: [{ canary: 25%, for: 1 d }]
          guardrails: [{ metric: error_rate, margin: 1 pp }]
        """;

    private static readonly DateTimeOffset July = new(2011, 7, 1, 0, 0, 0, TimeSpan.Zero);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task As_of_a_moment_only_earlier_rows_are_learned_from()
    {
        await using var fixture = await PipelineFixture.StartAsync(Cancel);
        WriteDays(fixture, noise: 1);

        var run = await fixture.RunAsync(Yaml(), Cancel, asOf: July);
        var again = await fixture.RunAsync(Yaml(), Cancel, asOf: July);
        var all = await fixture.RunAsync(Yaml(), Cancel);

        Assert.True(run.State == PipelineState.Succeeded, run.Error);
        Assert.Equal((181L, July), ((long)run.Stages[0].Facts["rows"]!, run.AsOf));
        Assert.StartsWith("181 rows before 2011-07-01, ", run.Stages[0].Sentence, StringComparison.Ordinal);
        Assert.True((bool)again.Stages[1].Facts["reused"]!);
        Assert.Equal(365L, (long)all.Stages[0].Facts["rows"]!);
        Assert.False((bool)all.Stages[1].Facts["reused"]!);
        Assert.Equal("line@1.0.1", (string)all.Stages[3].Facts["version"]!);
    }

    [Fact]
    public async Task As_of_a_moment_needs_a_time_column_and_rows_before_it()
    {
        await using var fixture = await PipelineFixture.StartAsync(Cancel);
        WriteDays(fixture, noise: 1);

        var refused = await Assert.ThrowsAsync<SlipwayException>(() => fixture.RunAsync(PipelineFixture.Yaml(), Cancel, asOf: July));
        var empty = await fixture.RunAsync(Yaml(), Cancel, asOf: July.AddYears(-1));

        Assert.Contains("names no data.time", refused.Message, StringComparison.Ordinal);
        Assert.Equal((PipelineState.Failed, ErrorKind.InvalidInput), (empty.State, empty.ErrorKind));
        Assert.Contains("no rows whose day lies before 2010-07-01", empty.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("2011-07-01", "2011-07-01T00:00:00Z")]
    [InlineData("2011-07-01T06:30Z", "2011-07-01T06:30:00Z")]
    [InlineData("2011-07-01T06:30:15.5+02:00", "2011-07-01T04:30:15.5Z")]
    [InlineData("2011-07-01 06:30", "2011-07-01T06:30:00Z")]
    public void A_moment_is_read_in_utc(string text, string moment) =>
        Assert.Equal(DateTimeOffset.Parse(moment, CultureInfo.InvariantCulture), PipelineRequest.ParseAsOf(text));

    [Theory]
    [InlineData("")]
    [InlineData("yesterday")]
    [InlineData("07/01/2011")]
    [InlineData("2011-02-30")]
    public void What_is_no_moment_is_refused(string text) =>
        Assert.Contains("is no moment", Assert.Throws<SlipwayException>(() => PipelineRequest.ParseAsOf(text)).Message, StringComparison.Ordinal);

    [Fact]
    public async Task Without_a_live_version_the_champion_gate_is_left_out_and_the_sentence_says_so()
    {
        await using var fixture = await PipelineFixture.StartAsync(Cancel);
        WriteDays(fixture, noise: 1);

        var run = await fixture.RunAsync(Yaml(champion: true), Cancel);

        Assert.True(run.State == PipelineState.Succeeded, run.Error);
        Assert.EndsWith("compared with nothing, because no version is live as lines", run.Stages[2].Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_version_that_is_worse_than_the_live_one_is_not_registered_and_the_event_says_why()
    {
        await using var fixture = await PipelineFixture.StartAsync(Cancel);
        WriteDays(fixture, noise: 1);
        await fixture.RunAsync(Yaml(champion: true), Cancel, asOf: July);

        // One leaf is a constant.
        var run = await fixture.RunAsync(Yaml(champion: true, rounds: 1), Cancel);

        Assert.Equal((PipelineState.Failed, ErrorKind.Failed), (run.State, run.ErrorKind));
        Assert.Contains("that of line@1.0.0, which is live,", run.Error, StringComparison.Ordinal);
        Assert.Contains("it is worse by more than 2%", run.Error, StringComparison.Ordinal);
        Assert.Equal("line@1.0.0", (string)run.Stages[2].Facts["champion"]!);
        Assert.Single(await fixture.Get<IModelRegistry>().ListAsync("line", 1000, null, Cancel));
        var events = await fixture.Get<IEventLog>().ReadSubjectAsync("project/line", 100, Cancel);
        Assert.Contains(events, e => e.Type == nameof(PipelineEnded) && e.Data.Contains("which is live", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_known_recipe_is_judged_again_when_another_version_is_live_than_then()
    {
        await using var fixture = await PipelineFixture.StartAsync(Cancel);
        WriteDays(fixture, noise: 1);
        await fixture.RunAsync(Yaml(champion: true, rounds: 40), Cancel);
        var second = await fixture.RunAsync(Yaml(champion: true, rounds: 60), Cancel);
        Assert.True(second.State == PipelineState.Succeeded, second.Error);

        // The first was compared with nothing; now the second is live.
        var again = await fixture.RunAsync(Yaml(champion: true, rounds: 40), Cancel);
        var live = await fixture.RunAsync(Yaml(champion: true, rounds: 60), Cancel);

        Assert.False((bool)again.Stages[1].Facts["reused"]!);
        Assert.Equal("line@1.1.0", (string)again.Stages[2].Facts["champion"]!);
        Assert.True((bool)live.Stages[1].Facts["reused"]!);
    }

    [Fact]
    public async Task A_canary_is_begun_once_and_goes_on_when_the_run_has_ended()
    {
        await using var fixture = await PipelineFixture.StartAsync(Cancel);
        WriteDays(fixture, noise: 1);
        await fixture.RunAsync(Yaml(), Cancel);

        var run = await fixture.RunAsync(Yaml(rounds: 61) + Canary, Cancel);
        var again = await fixture.RunAsync(Yaml(rounds: 61) + Canary, Cancel);

        Assert.True(run.State == PipelineState.Succeeded, run.Error);
        var rollout = (string)run.Stages[4].Facts["rollout"]!;
        Assert.Equal($"line@1.1.0 is tried on 25% of lines (rollout {rollout})", run.Stages[4].Sentence);
        Assert.Equal(("canary", run.Id), ((string)run.Stages[4].Facts["strategy"]!, fixture.Rollouts.ById[rollout].Origin));
        Assert.Equal((rollout, false), ((string)again.Stages[4].Facts["rollout"]!, (bool)again.Stages[4].Facts["changed"]!));
        Assert.Equal(2, fixture.Rollouts.Begun.Count);
        Assert.Equal(new VersionReference("line", SemanticVersion.First), (await fixture.Get<IDeployments>().FindAsync("lines", Cancel))!.Stable.Reference);
    }

    [Fact]
    public async Task While_another_version_is_tried_a_run_fails_with_the_sentence_of_the_conflict()
    {
        await using var fixture = await PipelineFixture.StartAsync(Cancel);
        WriteDays(fixture, noise: 1);
        await fixture.RunAsync(Yaml(), Cancel);
        await fixture.RunAsync(Yaml(rounds: 61) + Canary, Cancel);

        var run = await fixture.RunAsync(Yaml(rounds: 62) + Canary, Cancel);

        Assert.Equal((PipelineState.Failed, ErrorKind.Conflict), (run.State, run.ErrorKind));
        Assert.StartsWith("line@1.1.0 is tried as lines already", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_run_that_a_trigger_began_is_released_as_the_trigger_says()
    {
        await using var fixture = await PipelineFixture.StartAsync(Cancel);
        WriteDays(fixture, noise: 1);
        await fixture.RunAsync(Yaml() + Canary, Cancel, asOf: July);
        var yaml = Yaml() + Canary + "\nretrain:\n  when: { any: { drift: true } }\n  then: blue-green\n";

        var run = await fixture.Pipelines.StartAsync(
            new PipelineRequest(yaml, "slipway.yaml", fixture.Project, PipelineGoal.Deploy) { Trigger = "drift: temp drifted" }, Access.Caller.Local with { Actor = Slipway.Core.Actor.Policy }, Cancel);
        var ended = await fixture.EndAsync(run.Id, Cancel);

        Assert.Equal(("blue-green", "drift: temp drifted"), ((string)ended.Stages[4].Facts["strategy"]!, ended.Trigger));
        Assert.Equal("drift: temp drifted", fixture.Rollouts.Begun.Last().Reason);
    }

    private static string Yaml(bool champion = false, int rounds = 60) => PipelineFixture.Yaml(gate: "rmse: \"<= 1000\"", rounds: rounds)
        .Replace("  label: y", "  label: y\n  time: day", StringComparison.Ordinal)
        .Replace("deploy:", champion ? "  champion: { metric: rmse, margin: 2% }\ndeploy:" : "deploy:", StringComparison.Ordinal) + "\n";

    // A row a day of 2011.
    private static void WriteDays(PipelineFixture fixture, double noise)
    {
        var random = new Random(7);
        var text = new StringBuilder("day,x,y\n");
        for (var day = new DateTime(2011, 1, 1, 0, 0, 0, DateTimeKind.Utc); day.Year == 2011; day = day.AddDays(1))
        {
            var x = random.NextDouble() * 10;
            text.Append(CultureInfo.InvariantCulture, $"{day:yyyy-MM-dd},{x:R},{(3 * x) + (noise * random.NextDouble()):R}\n");
        }

        File.WriteAllText(Path.Combine(fixture.Project, "rows.csv"), text.ToString());
    }
}
