using Slipway.Core.Errors;
using Slipway.Registry;
using Slipway.Retraining.Pipelines;
using Slipway.Rollouts;
using Slipway.Storage.Events;

namespace Slipway.Watch.Tests.Retraining;

/// <summary>A run that the end of the process interrupts goes on at the next start, and nothing happens twice.</summary>
public sealed class ResumeTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Killed_before_any_of_its_writes_a_run_ends_as_if_nothing_had_happened()
    {
        // The command's result is another one each time it runs, so a second training would show as another artifact.
        var root = Directory.CreateTempSubdirectory("slipway-resume-").FullName;
        var rollouts = new PlainRollouts.Kept();
        var fixture = await PipelineFixture.StartAsync(Cancel, root, rollouts: rollouts);
        fixture.WriteRows(rows: 60);
        await fixture.RunAsync(PipelineFixture.Yaml(gate: "rmse: \"<= 100\"", rounds: 2), Cancel);
        var yaml = await fixture.WriteCommandAsync(Cancel);
        yaml = yaml.Replace("rmse: \"<= 4\"", "rmse: \"<= 100\"", StringComparison.Ordinal);
        fixture.LetTrain();

        for (var write = 1; ; write++)
        {
            // Other rows each time: another dataset, and so another version.
            fixture.WriteRows(rows: 60 + write);
            var (trained, begun) = (fixture.Trained, rollouts.Begun.Count);
            var versions = (await fixture.Get<IModelRegistry>().ListAsync("line", 1000, null, Cancel)).Count;
            fixture.Kill.Restart();
            fixture.Kill.After = write;
            if (await StartUnlessKilledAsync(fixture, yaml) is not { } run)
            {
                // Loops of the server write, too, so how many writes end before the run's first differs.
                await fixture.StopAsync();
                fixture = await PipelineFixture.StartAsync(Cancel, root, rollouts: rollouts);
                Assert.All(await fixture.Pipelines.ListAsync("line", 1000, Cancel), known => Assert.Equal(PipelineState.Succeeded, known.State));
                continue;
            }

            var last = await fixture.EndAsync(run.Id, Cancel);
            if (last.State == PipelineState.Succeeded)
            {
                Assert.InRange(write, 12, 60);
                break;
            }

            Assert.True(fixture.Kill.Killed.Task.IsCompleted, last.Error);
            await fixture.StopAsync();
            var afterTraining = last.Stages[2].State != PipelineState.Waiting;
            fixture = await PipelineFixture.StartAsync(Cancel, root, rollouts: rollouts);
            var ended = await fixture.EndAsync(run.Id, Cancel);

            Assert.True(ended.State == PipelineState.Succeeded, $"write {write}: {ended.Error}");
            Assert.All(ended.Stages, stage => Assert.Equal(PipelineState.Succeeded, stage.State));
            Assert.InRange(fixture.Trained - trained, 1, afterTraining ? 1 : 2);
            Assert.Equal(versions + 1, (await fixture.Get<IModelRegistry>().ListAsync("line", 1000, null, Cancel)).Count);
            Assert.True((bool)ended.Stages[3].Facts["created"]!);
            Assert.Equal(begun + 1, rollouts.Begun.Count);
            var deployed = (await fixture.Get<IDeployments>().FindAsync("lines", Cancel))!.Stable;
            Assert.Equal((string)ended.Stages[3].Facts["version"]!, deployed.Reference.ToString());
            Assert.Equal((string)ended.Stages[4].Facts["version"]!, deployed.Reference.ToString());
            Assert.Single(await fixture.Get<IEventLog>().ReadSubjectAsync("project/line", 1000, Cancel), e => e.Type == nameof(PipelineEnded) && e.Data.Contains(run.Id, StringComparison.Ordinal));
            Assert.Empty(Directory.GetFileSystemEntries(Path.Combine(root, "data", "work")));
        }

        await fixture.DisposeAsync();
    }

    [Fact]
    public async Task A_stop_in_the_middle_of_a_training_is_made_up_for_at_the_next_start()
    {
        var (fixture, run) = await InTrainingAsync(new PlainRollouts.Kept());
        var watched = fixture.EndAsync(run.Id, Cancel);

        await fixture.StopAsync();

        Assert.Null((await watched).EndedAt);
        await using var next = await PipelineFixture.StartAsync(Cancel, fixture.Root, rollouts: fixture.Rollouts);
        Assert.Equal(ErrorKind.Conflict, (await Assert.ThrowsAsync<SlipwayException>(() => next.RunAsync(PipelineFixture.Yaml(), Cancel))).Kind);
        next.LetTrain();
        var ended = await next.EndAsync(run.Id, Cancel);

        Assert.True(ended.State == PipelineState.Succeeded, ended.Error);
        Assert.Equal((1, 1), (ended.Interruptions, next.Trained));
    }

    [Fact]
    public async Task A_run_that_only_waited_was_not_interrupted()
    {
        var options = new Slipway.Retraining.RetrainingOptions(ProjectRoots: null) { Workers = 1 };
        var (fixture, run) = await InTrainingAsync(new PlainRollouts.Kept(), options);
        var other = PipelineFixture.Yaml().Replace("model: line", "model: other", StringComparison.Ordinal).Replace("name: lines", "name: others", StringComparison.Ordinal);
        var waiting = await fixture.Pipelines.StartAsync(new PipelineRequest(other, "slipway.yaml", fixture.Project, PipelineGoal.Deploy), PipelineFixture.AliceCalls, Cancel);

        await fixture.StopAsync();
        await using var next = await PipelineFixture.StartAsync(Cancel, fixture.Root, rollouts: fixture.Rollouts);
        next.LetTrain();

        Assert.Equal((PipelineState.Succeeded, 1), ((await next.EndAsync(run.Id, Cancel)).State, (await next.Pipelines.FindAsync(run.Id, Cancel))!.Interruptions));
        Assert.Equal((PipelineState.Succeeded, 0), ((await next.EndAsync(waiting.Id, Cancel)).State, (await next.Pipelines.FindAsync(waiting.Id, Cancel))!.Interruptions));
    }

    [Fact]
    public async Task A_run_that_was_interrupted_three_times_is_given_up()
    {
        var (fixture, run) = await InTrainingAsync(new PlainRollouts.Kept());
        for (var interruption = 1; interruption < UnfinishedRuns.MostInterruptions; interruption++)
        {
            await fixture.StopAsync();
            fixture = await PipelineFixture.StartAsync(Cancel, fixture.Root, rollouts: fixture.Rollouts);
            await UntilTrainingAsync(fixture, run);
        }

        await fixture.StopAsync();
        await using var last = await PipelineFixture.StartAsync(Cancel, fixture.Root, rollouts: fixture.Rollouts);
        var ended = (await last.Pipelines.FindAsync(run.Id, Cancel))!;

        Assert.Equal((PipelineState.Failed, ErrorKind.Unavailable), (ended.State, ended.ErrorKind));
        Assert.StartsWith("The server ended 3 times while this ran, the last time in the stage train", ended.Error, StringComparison.Ordinal);
        Assert.Equal(PipelineState.Failed, ended.Stages[1].State);
        last.LetTrain();
        Assert.Equal(PipelineState.Succeeded, (await last.RunAsync(PipelineFixture.Yaml(), Cancel)).State);
    }

    [Fact]
    public async Task A_projects_folder_that_is_gone_meanwhile_ends_the_run_with_a_sentence()
    {
        var (fixture, run) = await InTrainingAsync(new PlainRollouts.Kept());
        await fixture.StopAsync();
        Directory.Move(fixture.Project, fixture.Project + "-moved");

        // The fixture would make the folder again, so the project's place is a file.
        File.WriteAllText(fixture.Project, "");
        await using var next = await PipelineFixture.StartAsync(Cancel, fixture.Root, rollouts: fixture.Rollouts, createProject: false);
        var ended = await next.EndAsync(run.Id, Cancel);

        Assert.Equal((PipelineState.Failed, ErrorKind.InvalidInput), (ended.State, ended.ErrorKind));
        Assert.Contains("is not a folder on the server's machine", ended.Error, StringComparison.Ordinal);
    }

    private static async Task<PipelineRun?> StartUnlessKilledAsync(PipelineFixture fixture, string yaml)
    {
        try
        {
            return await fixture.Pipelines.StartAsync(new PipelineRequest(yaml, "slipway.yaml", fixture.Project, PipelineGoal.Deploy), PipelineFixture.AliceCalls, Cancel);
        }
        catch (InvalidOperationException) when (fixture.Kill.Killed.Task.IsCompleted)
        {
            return null;
        }
    }

    private static async Task<(PipelineFixture Fixture, PipelineRun Run)> InTrainingAsync(PlainRollouts.Kept rollouts, Slipway.Retraining.RetrainingOptions? options = null)
    {
        var fixture = await PipelineFixture.StartAsync(Cancel, options: options, rollouts: rollouts);
        fixture.WriteRows();
        await fixture.RunAsync(PipelineFixture.Yaml(), Cancel);
        var yaml = await fixture.WriteCommandAsync(Cancel);
        var run = await fixture.Pipelines.StartAsync(new PipelineRequest(yaml, "slipway.yaml", fixture.Project, PipelineGoal.Deploy), PipelineFixture.AliceCalls, Cancel);
        await UntilTrainingAsync(fixture, run);
        return (fixture, run);
    }

    private static async Task UntilTrainingAsync(PipelineFixture fixture, PipelineRun run)
    {
        await foreach (var state in fixture.Pipelines.WatchAsync(run.Id, Cancel))
        {
            if (state.Stages[1].State == PipelineState.Running)
            {
                return;
            }
        }

        Assert.Fail("The run ended before it trained.");
    }
}
