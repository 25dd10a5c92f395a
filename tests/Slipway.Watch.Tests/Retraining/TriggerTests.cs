using System.Text.Json.Nodes;
using Slipway.Core.Names;
using Slipway.Core.Projects;
using Slipway.Monitoring;
using Slipway.Registry;
using Slipway.Registry.Approvals;
using Slipway.Retraining.Pipelines;
using Slipway.Retraining.Projects;
using Slipway.Retraining.Triggers;
using Slipway.Rollouts;
using Slipway.Rollouts.Releases;
using Slipway.Storage;
using Slipway.Storage.Events;

namespace Slipway.Watch.Tests.Retraining;

/// <summary>Conditions come true, and one run of the pipeline begins, whatever happens in between.</summary>
public sealed class TriggerTests
{
    private const string Live = "line@1.0.0";

    private static readonly DateTimeOffset July = new(2011, 7, 4, 0, 0, 0, TimeSpan.Zero);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_alert_retrains_as_of_its_event_time_and_the_event_says_why()
    {
        await using var fixture = await AppliedAsync("any: { performance: true }");
        var monitoring = fixture.Get<StatedMonitoring>();
        WriteDays(fixture, until: 300);
        await monitoring.FireAsync(fixture.Get<Database>(), "performance", Live, "rmse 131 is worse than 92.", Cancel);

        var run = await RetrainAsync(fixture);

        Assert.True(run.State == PipelineState.Succeeded, run.Error);
        Assert.Equal(("performance: rmse 131 is worse than 92.", July, "policy"), (run.Trigger, run.AsOf, run.StartedBy));
        Assert.Equal(184L, (long)run.Stages[0].Facts["rows"]!);
        Assert.Equal("line@1.0.1", (await fixture.Get<IDeployments>().FindAsync("lines", Cancel))!.Stable.Reference.ToString());
        var triggered = JsonNode.Parse(Assert.Single(await EventsAsync(fixture, nameof(RetrainingTriggered))).Data)!;
        Assert.Equal((run.Id, "lines", 131), ((string)triggered["run"]!, (string)triggered["deployment"]!, (int)triggered["conditions"]![0]!["evidence"]!["value"]!));
        Assert.Contains("performance: rmse 131", Assert.Single(await EventsAsync(fixture, nameof(PipelineStarted)), e => e.Data.Contains(run.Id, StringComparison.Ordinal)).Data, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_people_approve_a_retraining_ends_before_the_deployment_and_asks_for_approval()
    {
        await using var fixture = await AppliedAsync("any: { performance: true }");
        await fixture.Get<IApprovals>().SetPolicyAsync("line", ApprovalPolicy.Required, PipelineFixture.AliceCalls, Cancel);
        WriteDays(fixture, until: 300);
        await fixture.Get<StatedMonitoring>().FireAsync(fixture.Get<Database>(), "performance", Live, "rmse 131 is worse than 92.", Cancel);

        var run = await RetrainAsync(fixture);

        Assert.Equal((PipelineState.Succeeded, PipelineState.Skipped), (run.State, run.Stages[4].State));
        Assert.StartsWith("waits for approval: run `slipway approve line@1.0.1`", run.Stages[4].Sentence, StringComparison.Ordinal);
        Assert.Equal(Live, (await fixture.Get<IDeployments>().FindAsync("lines", Cancel))!.Stable.Reference.ToString());
        var waits = (await fixture.Get<IApprovals>().ListPendingAsync(PipelineFixture.AliceCalls, Cancel)).Single(p => p.About == "waiting");
        Assert.Equal(("line@1.0.1", "policy"), (waits.Approval.Version.ToString(), waits.Approval.Request!.By));
    }

    [Fact]
    public async Task A_retraining_that_yields_a_worse_model_ends_failed_and_what_is_live_stays()
    {
        await using var fixture = await AppliedAsync("any: { drift: true }", gate: "rmse: \"<= 2\"");
        File.WriteAllText(Path.Combine(fixture.Project, "rows.csv"), "day,x,y\n" + string.Concat(Enumerable.Range(0, 100).Select(i => $"2011-01-01,{i % 7},{i * 7919 % 1000}\n")));
        await fixture.Get<StatedMonitoring>().FireAsync(fixture.Get<Database>(), "drift", Live, "x drifted.", Cancel);

        var run = await RetrainAsync(fixture);

        Assert.Equal(PipelineState.Failed, run.State);
        Assert.Contains("<= 2 is missed", run.Error, StringComparison.Ordinal);
        Assert.Single(await fixture.Get<IModelRegistry>().ListAsync("line", 1000, null, Cancel));
        Assert.Equal(Live, (await fixture.Get<IDeployments>().FindAsync("lines", Cancel))!.Stable.Reference.ToString());
        var ended = (await EventsAsync(fixture, nameof(PipelineEnded)))[^1];
        Assert.Equal("drift: x drifted.", (string?)JsonNode.Parse(ended.Data)!["trigger"]);
    }

    [Theory]
    [InlineData("exit 3", "3")]
    [InlineData("sleep 100", "1 s")]
    public async Task A_retraining_whose_command_fails_or_hangs_ends_failed_and_what_is_live_stays(string script, string named)
    {
        await using var fixture = await AppliedAsync("any: { drift: true }");
        await fixture.WriteCommandAsync(Cancel);
        File.WriteAllText(Path.Combine(fixture.Project, "train.sh"), script);
        var yaml = Yaml("any: { drift: true }").Replace("parameters: { rounds: 60, learning_rate: 0.2 }", "command: [sh, train.sh]\n  timeout: 1 s", StringComparison.Ordinal);
        await fixture.Get<IProjects>().SaveAsync("line", yaml, fixture.Project, PipelineFixture.Alice, Cancel);
        await fixture.Get<StatedMonitoring>().FireAsync(fixture.Get<Database>(), "drift", Live, "x drifted.", Cancel);

        var run = await RetrainAsync(fixture);

        Assert.Equal((PipelineState.Failed, PipelineState.Failed), (run.State, run.Stages[1].State));
        Assert.Contains(named, run.Error, StringComparison.Ordinal);
        Assert.Equal(Live, (await fixture.Get<IDeployments>().FindAsync("lines", Cancel))!.Stable.Reference.ToString());
    }

    [Fact]
    public async Task Killed_before_any_write_between_alert_and_run_it_is_retrained_once()
    {
        var (rollouts, monitoring) = (new PlainRollouts.Kept(), new StatedMonitoring { Time = July });
        var fixture = await AppliedAsync("any: { drift: true }", rollouts, monitoring);
        var root = fixture.Root;
        for (var write = 0; ; write++)
        {
            var before = (await EventsAsync(fixture, nameof(RetrainingTriggered))).Count;
            monitoring.Time = July.AddDays(2 * (write + 1));
            monitoring.Resolve();
            var live = (await fixture.Get<IDeployments>().FindAsync("lines", Cancel))!.Stable.Reference;
            await monitoring.FireAsync(fixture.Get<Database>(), "drift", live.ToString(), $"x drifted {write} times.", Cancel);
            monitoring.Resolve();
            fixture.Kill.Restart();
            fixture.Kill.After = write;
            try
            {
                await fixture.Get<ITriggers>().SettleAsync(Cancel);
            }
            catch (InvalidOperationException)
            {
                // Killed in the middle.
            }

            foreach (var begun in await fixture.Pipelines.ListAsync("line", 1, Cancel))
            {
                await fixture.EndAsync(begun.Id, Cancel);
            }

            var killed = fixture.Kill.Killed.Task.IsCompleted;
            await fixture.StopAsync();
            fixture = await PipelineFixture.StartAsync(Cancel, root, rollouts: rollouts, monitoring: monitoring);
            var run = await RetrainAsync(fixture);
            await fixture.Get<ITriggers>().SettleAsync(Cancel);

            Assert.True(run.State == PipelineState.Succeeded, run.Error);
            Assert.Equal($"drift: x drifted {write} times.", run.Trigger);
            Assert.Equal(before + 1, (await EventsAsync(fixture, nameof(RetrainingTriggered))).Count);
            Assert.Equal(write + 1, (await fixture.Pipelines.ListAsync("line", 100, Cancel)).Count(r => r.Trigger is not null));
            if (!killed)
            {
                Assert.InRange(write, 5, 40);
                break;
            }
        }

        await fixture.DisposeAsync();
    }

    [Fact]
    public async Task Missed_schedules_of_a_server_that_was_down_are_one_retraining()
    {
        var monitoring = new StatedMonitoring { Time = July };
        var fixture = await AppliedAsync("any: { schedule: \"0 2 * * *\" }", new PlainRollouts.Kept(), monitoring);
        await fixture.Get<ITriggers>().SettleAsync(Cancel);
        await fixture.StopAsync();
        monitoring.Time = July.AddDays(5);

        await using var next = await PipelineFixture.StartAsync(Cancel, fixture.Root, rollouts: fixture.Rollouts, monitoring: monitoring);
        var run = await RetrainAsync(next);
        await next.Get<ITriggers>().SettleAsync(Cancel);

        Assert.Equal((July.AddDays(5), "schedule: 0 2 * * * was due at 2011-07-04 02:00 (UTC)."), (run.AsOf, run.Trigger));
        Assert.Single(await EventsAsync(next, nameof(RetrainingTriggered)));
    }

    [Fact]
    public async Task Enough_new_labels_since_the_last_training_retrain()
    {
        await using var fixture = await AppliedAsync("any: { newLabels: 100 }");
        var monitoring = fixture.Get<StatedMonitoring>();

        // From here on they are counted: the end of the first training has been taken.
        await fixture.Get<ITriggers>().SettleAsync(Cancel);
        monitoring.Labels = 99;
        await fixture.Get<ITriggers>().SettleAsync(Cancel);
        Assert.Empty(await EventsAsync(fixture, nameof(RetrainingTriggered)));
        monitoring.Labels = 100;

        var run = await RetrainAsync(fixture);

        Assert.Equal("newLabels: 100 labels have arrived since the last training; 100 are asked for.", run.Trigger);
    }

    [Fact]
    public async Task While_a_rollout_is_under_way_nothing_begins_and_afterwards_what_is_still_true_does()
    {
        await using var fixture = await AppliedAsync("any: { drift: true }", canary: true);
        var monitoring = fixture.Get<StatedMonitoring>();
        WriteDays(fixture, until: 250);
        await fixture.RunAsync(Yaml("any: { drift: true }", canary: true), Cancel);
        var rollout = await fixture.Get<IRollouts>().FindActiveAsync("lines", Cancel);
        await monitoring.FireAsync(fixture.Get<Database>(), "drift", Live, "x drifted.", Cancel);
        await fixture.Get<ITriggers>().SettleAsync(Cancel);
        Assert.Empty(await EventsAsync(fixture, nameof(RetrainingTriggered)));

        await fixture.Get<IRollouts>().RollBackAsync(rollout!.Id, PipelineFixture.Alice, "worse", Cancel);
        var run = await RetrainAsync(fixture);

        Assert.Equal("drift: x drifted.", run.Trigger);
        Assert.Equal("immediate", (string)run.Stages[4].Facts["strategy"]!);
    }

    [Fact]
    public async Task Without_traffic_or_deployment_nothing_begins()
    {
        await using var fixture = await AppliedAsync("any: { schedule: \"* * * * *\" }", monitoring: new StatedMonitoring());

        await fixture.Get<ITriggers>().SettleAsync(Cancel);

        Assert.Empty(await EventsAsync(fixture, nameof(RetrainingTriggered)));
    }

    [Fact]
    public async Task Earlier_stages_learn_of_a_deployments_project_and_of_its_changes()
    {
        await using var fixture = await AppliedAsync("any: { drift: true }", canary: true);
        var (plans, watched) = (fixture.Get<IReleasePlans>(), fixture.Get<IMonitoredProjects>());

        Assert.Equal(("canary", 0.25), ((await plans.FindAsync("lines", Cancel))!.Strategy, (await plans.FindAsync("lines", Cancel))!.Steps[0].Weight));
        Assert.Equal("line", (await watched.FindAsync("lines", Cancel))!.Model);
        Assert.Null(await plans.FindAsync("line", Cancel));
        await fixture.Get<IProjects>().SaveAsync("line", "model: line\nartifact: model.onnx\n", fixture.Project, PipelineFixture.Alice, Cancel);

        Assert.Null(await plans.FindAsync("lines", Cancel));
        Assert.Equal("immediate", (await plans.FindAsync("line", Cancel))!.Strategy);
    }

    [Fact]
    public async Task Of_two_projects_that_name_a_deployment_the_one_whose_model_answers_counts()
    {
        await using var fixture = await AppliedAsync("any: { drift: true }", canary: true);
        await fixture.Get<IProjects>().SaveAsync("another", "model: another\nartifact: model.onnx\ndeploy:\n  name: lines\n", fixture.Project, PipelineFixture.Alice, Cancel);

        Assert.Equal("line", (await fixture.Get<IMonitoredProjects>().FindAsync("lines", Cancel))!.Model);
    }

    private static async Task<PipelineFixture> AppliedAsync(
        string when, PlainRollouts.Kept? rollouts = null, StatedMonitoring? monitoring = null, string gate = "rmse: \"<= 1000\"", bool canary = false)
    {
        var fixture = await PipelineFixture.StartAsync(Cancel, rollouts: rollouts, monitoring: monitoring ?? new StatedMonitoring { Time = July });
        WriteDays(fixture, until: 100);
        var run = await fixture.RunAsync(Yaml(when, gate, canary), Cancel);
        Assert.True(run.State == PipelineState.Succeeded, run.Error);
        Assert.Equal(new VersionReference("line", SemanticVersion.First), (await fixture.Get<IDeployments>().FindAsync("lines", Cancel))!.Stable.Reference);
        return fixture;
    }

    /// <summary>Lets the conditions be judged, and returns the newest run's end.</summary>
    private static async Task<PipelineRun> RetrainAsync(PipelineFixture fixture)
    {
        await fixture.Get<ITriggers>().SettleAsync(Cancel);
        var run = (await fixture.Pipelines.ListAsync("line", 1, Cancel))[0];
        return await fixture.EndAsync(run.Id, Cancel);
    }

    private static async Task<List<StoredEvent>> EventsAsync(PipelineFixture fixture, string type) =>
        [.. (await fixture.Get<IEventLog>().ReadSubjectAsync("project/line", 1000, Cancel)).Where(e => e.Type == type)];

    private static string Yaml(string when, string gate = "rmse: \"<= 1000\"", bool canary = false) => PipelineFixture.Yaml(gate: gate)
        .Replace("  label: y", "  label: y\n  time: day", StringComparison.Ordinal)
        + (canary ? "\n  strategy: canary\n  steps: [{ canary: 25%, for: 1 d }]\n  guardrails: [{ metric: error_rate, margin: 1 pp }]" : "")
        + $"\nretrain:\n  when: {{ {when} }}\n{(canary ? "  then: immediate\n" : "")}";

    // A row a day from the beginning of 2011.
    private static void WriteDays(PipelineFixture fixture, int until) => File.WriteAllText(
        Path.Combine(fixture.Project, "rows.csv"),
        "day,x,y\n" + string.Concat(Enumerable.Range(0, until).Select(i => $"{new DateTime(2011, 1, 1).AddDays(i):yyyy-MM-dd},{i % 7},{3 * (i % 7)}.5\n")));
}
