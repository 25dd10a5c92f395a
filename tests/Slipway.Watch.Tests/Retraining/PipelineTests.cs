using Slipway.Access;
using Slipway.Core.Errors;
using Slipway.Core.Names;
using Slipway.Registry;
using Slipway.Registry.Approvals;
using Slipway.Retraining;
using Slipway.Retraining.Pipelines;
using Slipway.Retraining.Projects;
using Slipway.Rollouts;
using Slipway.Storage.Events;

namespace Slipway.Watch.Tests.Retraining;

public sealed class PipelineTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_applied_project_becomes_a_deployed_version_with_its_lineage()
    {
        await using var fixture = await PipelineFixture.StartAsync(Cancel);
        fixture.WriteRows();

        var run = await fixture.RunAsync(PipelineFixture.Yaml(), Cancel);

        Assert.True(run.State == PipelineState.Succeeded, run.Error);
        Assert.All(run.Stages, stage => Assert.Equal(PipelineState.Succeeded, stage.State));
        var deployed = await fixture.Get<IDeployments>().FindAsync("lines", Cancel);
        Assert.Equal("line@1.0.0", deployed!.Stable.Reference.ToString());
        var version = await fixture.Get<IModelRegistry>().GetAsync(deployed.Stable.Reference, Cancel);
        Assert.Equal(VersionState.Approved, version.State);
        Assert.Equal((string)run.Stages[0].Facts["digest"]!, version.Lineage.DatasetDigest);
        Assert.Equal("60", version.Lineage.Recipe["rounds"]);
        Assert.Equal((string)run.Stages[1].Facts["runId"]!, version.Lineage.RunId);
        Assert.Contains("rmse", version.Metrics.Keys);
    }

    [Fact]
    public async Task Applying_twice_changes_nothing_and_says_so()
    {
        await using var fixture = await PipelineFixture.StartAsync(Cancel);
        fixture.WriteRows();
        await fixture.RunAsync(PipelineFixture.Yaml(), Cancel);
        var before = await fixture.Get<IDeployments>().FindAsync("lines", Cancel);

        var again = await fixture.RunAsync(PipelineFixture.Yaml(), Cancel);

        Assert.True(again.State == PipelineState.Succeeded, again.Error);
        Assert.False((bool)again.Stages[0].Facts["created"]!);
        Assert.True((bool)again.Stages[1].Facts["reused"]!);
        Assert.True((bool)again.Stages[2].Facts["reused"]!);
        Assert.False((bool)again.Stages[3].Facts["created"]!);
        Assert.False((bool)again.Stages[4].Facts["changed"]!);
        Assert.Equal(before, await fixture.Get<IDeployments>().FindAsync("lines", Cancel));
        Assert.Single(await fixture.Get<IModelRegistry>().ListAsync("line", 1000, null, Cancel));
        Assert.Single(await fixture.Get<IEventLog>().ReadSubjectAsync("project/line", 100, Cancel), e => e.Type == nameof(ProjectApplied));
    }

    [Fact]
    public async Task What_is_to_be_judged_by_a_log_that_is_off_is_refused_and_nothing_is_kept()
    {
        await using var fixture = await PipelineFixture.StartAsync(Cancel, server: new() { Log = new() { Sample = 0 } });
        fixture.WriteRows();

        var refused = await Assert.ThrowsAsync<SlipwayException>(
            () => fixture.RunAsync(PipelineFixture.Yaml() + "\nmonitor: { performance: { metric: rmse, degradation: 5% } }", Cancel));

        Assert.Equal(ErrorKind.InvalidInput, refused.Kind);
        Assert.StartsWith("monitor.performance is judged by recorded predictions", refused.Message, StringComparison.Ordinal);
        Assert.Null(await fixture.Get<IProjects>().FindAsync("line", Cancel));
    }

    [Fact]
    public async Task A_redaction_holds_once_it_is_applied_and_one_that_the_model_does_not_have_registers_nothing()
    {
        await using var fixture = await PipelineFixture.StartAsync(Cancel);
        fixture.WriteRows();

        var failed = await fixture.RunAsync(PipelineFixture.Yaml() + "\nmonitor: { log: { redact: [customer] } }", Cancel);
        Assert.Equal((PipelineState.Failed, "register"), (failed.State, failed.Stages.Single(stage => stage.State == PipelineState.Failed).Name));
        Assert.StartsWith("monitor.log.redact names 'customer', which the model does not have. It has x, colour", failed.Error, StringComparison.Ordinal);
        Assert.Empty(await fixture.Get<IModelRegistry>().ListAsync("line", 1000, null, Cancel));

        var run = await fixture.RunAsync(PipelineFixture.Yaml() + "\nmonitor: { log: { sample: 0.5, redact: [colour] } }", Cancel);
        Assert.True(run.State == PipelineState.Succeeded, run.Error);
        var rule = fixture.Get<Slipway.Monitoring.Log.Rules.RecordingRules>().Find("lines")!;
        Assert.Equal((0.5, "colour"), (rule.Share, Assert.Single(rule.Redaction.Names)));
        Assert.Null(fixture.Get<Slipway.Monitoring.Log.Rules.RecordingRules>().Find("others"));
    }

    [Fact]
    public async Task Another_recipe_is_a_minor_version_and_other_data_a_patch()
    {
        await using var fixture = await PipelineFixture.StartAsync(Cancel);
        fixture.WriteRows();
        await fixture.RunAsync(PipelineFixture.Yaml(), Cancel);

        var recipe = await fixture.RunAsync(PipelineFixture.Yaml(rounds: 61), Cancel);
        fixture.WriteRows(rows: 700);
        var data = await fixture.RunAsync(PipelineFixture.Yaml(rounds: 61), Cancel);

        Assert.Equal("line@1.1.0", (string)recipe.Stages[3].Facts["version"]!);
        Assert.Equal("line@1.1.1", (string)data.Stages[3].Facts["version"]!);
    }

    [Theory]
    [InlineData("rmse: \"<= 0.001\"", "fail")]
    [InlineData("mae: \"<= {0}\"", "inconclusive")]
    public async Task A_gate_that_does_not_pass_ends_the_run_and_registers_nothing(string gate, string verdict)
    {
        await using var fixture = await PipelineFixture.StartAsync(Cancel);
        fixture.WriteRows();
        var measured = await fixture.RunAsync(PipelineFixture.Yaml("rmse: \"<= 1000\"").Replace("line\n", "probe\n", StringComparison.Ordinal), Cancel, PipelineGoal.Register);
        var mae = (double)measured.Stages[1].Facts["metrics"]!["mae"]!;

        var run = await fixture.RunAsync(PipelineFixture.Yaml(string.Format(System.Globalization.CultureInfo.InvariantCulture, gate, mae)), Cancel);

        Assert.Equal(PipelineState.Failed, run.State);
        Assert.Equal(ErrorKind.Failed, run.ErrorKind);
        Assert.Equal(verdict, (string)run.Stages[2].Facts["verdict"]!);
        Assert.Equal(PipelineState.Waiting, run.Stages[3].State);
        Assert.Empty(await fixture.Get<IModelRegistry>().ListAsync("line", 1000, null, Cancel));
        Assert.Null(await fixture.Get<IDeployments>().FindAsync("lines", Cancel));
    }

    [Fact]
    public async Task A_version_that_needs_approval_waits_for_it()
    {
        await using var fixture = await PipelineFixture.StartAsync(Cancel);
        fixture.WriteRows();

        var run = await fixture.RunAsync(PipelineFixture.Yaml(approval: "required"), Cancel);

        Assert.Equal(PipelineState.Succeeded, run.State);
        Assert.Equal(PipelineState.Skipped, run.Stages[4].State);
        Assert.Contains("slipway approve line@1.0.0", run.Stages[4].Sentence, StringComparison.Ordinal);
        var version = await fixture.Get<IModelRegistry>().GetAsync(new VersionReference("line", SemanticVersion.First), Cancel);
        Assert.Equal(VersionState.Validated, version.State);
    }

    [Fact]
    public async Task A_file_that_asks_for_less_approval_keeps_nothing_unless_who_applies_it_may_approve()
    {
        await using var fixture = await PipelineFixture.StartAsync(Cancel);
        fixture.WriteRows();
        await fixture.RunAsync(PipelineFixture.Yaml(approval: "{ approvers: 2 }"), Cancel);
        var developer = new Caller(PipelineFixture.Alice, Role.Developer, IsAuthenticated: true);

        var refused = await Assert.ThrowsAsync<SlipwayException>(
            () => fixture.Pipelines.StartAsync(new PipelineRequest(PipelineFixture.Yaml(), "slipway.yaml", fixture.Project, PipelineGoal.Deploy), developer, Cancel));
        var project = await fixture.Get<IProjects>().FindAsync("line", Cancel);
        await fixture.EndAsync((await fixture.Pipelines.StartAsync(
            new PipelineRequest(PipelineFixture.Yaml(approval: "{ approvers: 3 }"), "slipway.yaml", fixture.Project, PipelineGoal.Deploy), developer, Cancel)).Id, Cancel);

        Assert.Equal(ErrorKind.Forbidden, refused.Kind);
        Assert.Equal(
            "deploy.approval of line would ask for less than now (nobody would have to approve any more), and that needs the right to approve, which alice does not have. Keep it as it is, or ask an approver to apply the file.",
            refused.Message);
        Assert.Contains("approvers: 2", project!.Yaml, StringComparison.Ordinal);
        Assert.Equal(3, (await fixture.Get<IApprovals>().GetPolicyAsync("line", Cancel)).Approvers);

        // An approver may: what had passed its gates is approved by the rule from then on.
        var run = await fixture.RunAsync(PipelineFixture.Yaml(), Cancel);
        Assert.Equal(PipelineState.Succeeded, run.Stages[4].State);
    }

    [Fact]
    public async Task A_finished_artifact_needs_no_data()
    {
        await using var fixture = await PipelineFixture.StartAsync(Cancel);
        fixture.WriteRows();
        await fixture.RunAsync(PipelineFixture.Yaml(), Cancel);
        var deployed = await fixture.Get<IDeployments>().FindAsync("lines", Cancel);
        var folder = await fixture.Get<Slipway.Storage.Blobs.IArtifactStore>().GetFolderAsync(deployed!.Stable.ArtifactDigest, Cancel);
        Directory.CreateDirectory(Path.Combine(fixture.Project, "finished"));
        foreach (var file in Directory.GetFiles(folder))
        {
            File.Copy(file, Path.Combine(fixture.Project, "finished", Path.GetFileName(file)));
        }

        var run = await fixture.RunAsync("model: taken\nartifact: finished\n", Cancel);

        Assert.True(run.State == PipelineState.Succeeded, run.Error);
        Assert.Equal(deployed.Stable.ArtifactDigest, (await fixture.Get<IDeployments>().FindAsync("taken", Cancel))!.Stable.ArtifactDigest);
    }

    [Fact]
    public async Task An_artifact_that_is_missing_is_named()
    {
        await using var fixture = await PipelineFixture.StartAsync(Cancel);

        var error = await ErrorOfAsync(fixture, "model: taken\nartifact: missing.onnx\n");

        Assert.Contains("missing.onnx", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_artifact_that_is_no_model_is_named_as_the_file_names_it()
    {
        await using var fixture = await PipelineFixture.StartAsync(Cancel);
        File.WriteAllText(Path.Combine(fixture.Project, "notes.md"), "no model");

        var error = await ErrorOfAsync(fixture, "model: taken\nartifact: notes.md\n");

        Assert.Contains("'notes.md'", error, StringComparison.Ordinal);
        Assert.DoesNotContain(Path.Combine(fixture.Root, "data"), error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_artifact_is_never_taken_from_outside_the_project()
    {
        await using var fixture = await PipelineFixture.StartAsync(Cancel);
        File.WriteAllText(Path.Combine(fixture.Root, "outside.onnx"), "");
        File.CreateSymbolicLink(Path.Combine(fixture.Project, "linked.onnx"), Path.Combine(fixture.Root, "outside.onnx"));
        Directory.CreateDirectory(Path.Combine(fixture.Project, "folder"));
        File.CreateSymbolicLink(Path.Combine(fixture.Project, "folder", "model.onnx"), Path.Combine(fixture.Root, "outside.onnx"));

        foreach (var artifact in new[] { "linked.onnx", "folder" })
        {
            Assert.Contains("leads out", await ErrorOfAsync(fixture, $"model: taken\nartifact: {artifact}\n"), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task An_error_in_the_sql_names_its_line_in_the_file()
    {
        await using var fixture = await PipelineFixture.StartAsync(Cancel);
        fixture.WriteRows();

        var error = await ErrorOfAsync(fixture, PipelineFixture.Yaml().Replace("from 'rows.csv'", "frm 'rows.csv'", StringComparison.Ordinal));

        Assert.StartsWith("slipway.yaml(5): data.sql: ", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_second_run_of_a_model_waits_for_nobody_and_is_refused()
    {
        await using var fixture = await PipelineFixture.StartAsync(Cancel);
        fixture.WriteRows();
        var request = new PipelineRequest(PipelineFixture.Yaml(rounds: 2000), "slipway.yaml", fixture.Project, PipelineGoal.Register);
        var first = await fixture.Pipelines.StartAsync(request, PipelineFixture.AliceCalls, Cancel);

        var refused = await Assert.ThrowsAsync<SlipwayException>(() => fixture.Pipelines.StartAsync(request, PipelineFixture.AliceCalls, Cancel));

        Assert.Equal(ErrorKind.Conflict, refused.Kind);
        await foreach (var state in fixture.Pipelines.WatchAsync(first.Id, Cancel))
        {
            first = state;
        }

        Assert.Equal(PipelineState.Succeeded, first.State);
    }

    [Fact]
    public async Task What_is_not_available_yet_is_refused_with_its_place()
    {
        await using var fixture = await PipelineFixture.StartAsync(Cancel);
        fixture.WriteRows();
        var yaml = PipelineFixture.Yaml() + "\nmonitor:\n  baseline: lastWeek\n";

        var refused = await Assert.ThrowsAsync<SlipwayException>(() => fixture.RunAsync(yaml, Cancel));

        Assert.Equal(ErrorKind.NotAvailable, refused.Kind);
        Assert.Contains(refused.Details, detail => detail.Contains("baseline", StringComparison.Ordinal) && detail.Contains("not available yet", StringComparison.Ordinal));
        Assert.Empty(await fixture.Get<IProjects>().ListAsync(Cancel));
    }

    [Fact]
    public async Task A_project_outside_the_roots_is_refused_even_through_a_link()
    {
        var options = new RetrainingOptions([Path.Combine(Path.GetTempPath(), $"roots-{Guid.NewGuid():N}")]);
        Directory.CreateDirectory(options.ProjectRoots![0]);
        await using var fixture = await PipelineFixture.StartAsync(Cancel, options: options);
        var link = Path.Combine(options.ProjectRoots[0], "link");
        Directory.CreateSymbolicLink(link, fixture.Project);

        foreach (var folder in new[] { fixture.Project, link })
        {
            var request = new PipelineRequest(PipelineFixture.Yaml(), "slipway.yaml", folder, PipelineGoal.Deploy);
            var refused = await Assert.ThrowsAsync<SlipwayException>(() => fixture.Pipelines.StartAsync(request, PipelineFixture.AliceCalls, Cancel));
            Assert.Equal(ErrorKind.Forbidden, refused.Kind);
        }

        Directory.Delete(options.ProjectRoots[0], recursive: true);
    }

    [Fact]
    public async Task Another_label_of_the_same_rows_is_another_model()
    {
        await using var fixture = await PipelineFixture.StartAsync(Cancel);
        fixture.WriteRows();
        await fixture.RunAsync(PipelineFixture.Yaml(), Cancel);

        var run = await fixture.RunAsync(PipelineFixture.Yaml().Replace("label: y", "label: x", StringComparison.Ordinal), Cancel);

        Assert.True(run.State == PipelineState.Succeeded, run.Error);
        Assert.False((bool)run.Stages[1].Facts["reused"]!);
        Assert.NotEqual("line@1.0.0", (string)run.Stages[3].Facts["version"]!);
    }

    [Fact]
    public async Task A_deployment_of_another_model_is_not_taken_over()
    {
        await using var fixture = await PipelineFixture.StartAsync(Cancel);
        fixture.WriteRows();
        await fixture.RunAsync(PipelineFixture.Yaml(), Cancel);

        var run = await fixture.RunAsync(PipelineFixture.Yaml().Replace("model: line", "model: other", StringComparison.Ordinal), Cancel);

        Assert.Equal(ErrorKind.Conflict, run.ErrorKind);
        Assert.Contains("slipway deploy other@1.0.0 --name lines", run.Error, StringComparison.Ordinal);
        Assert.Equal("line@1.0.0", (await fixture.Get<IDeployments>().FindAsync("lines", Cancel))!.Stable.Reference.ToString());
    }

    [Fact]
    public async Task An_artifact_that_contains_the_data_folder_is_refused()
    {
        await using var fixture = await PipelineFixture.StartAsync(Cancel);

        var request = new PipelineRequest("model: taken\nartifact: .\n", "slipway.yaml", fixture.Root, PipelineGoal.Deploy);
        var run = await fixture.Pipelines.StartAsync(request, PipelineFixture.AliceCalls, Cancel);
        await foreach (var state in fixture.Pipelines.WatchAsync(run.Id, Cancel))
        {
            run = state;
        }

        Assert.Contains("contains the server's data folder", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_run_that_is_refused_leaves_no_trace_and_those_who_watch_one_are_let_go_at_the_servers_end()
    {
        var root = Directory.CreateTempSubdirectory("slipway-pipeline-").FullName;
        var options = new RetrainingOptions(ProjectRoots: null) { Workers = 1, QueueLength = 1 };
        var fixture = await PipelineFixture.StartAsync(Cancel, root, options);
        fixture.WriteRows();
        Task<PipelineRun> StartAsync(string model) => fixture.Pipelines.StartAsync(
            new PipelineRequest(PipelineFixture.Yaml(rounds: 100_000).Replace("model: line", $"model: {model}", StringComparison.Ordinal), "slipway.yaml", fixture.Project, PipelineGoal.Register),
            PipelineFixture.AliceCalls,
            Cancel);
        var running = await StartAsync("one");
        var waiting = await StartAsync("two");

        var refused = await Assert.ThrowsAsync<SlipwayException>(() => StartAsync("three"));

        Assert.Equal(ErrorKind.Unavailable, refused.Kind);
        Assert.Equal(["one", "two"], (await fixture.Get<IProjects>().ListAsync(Cancel)).Select(project => project.Model));
        Assert.Empty(await fixture.Pipelines.ListAsync("three", 10, Cancel));

        var ends = new[] { running, waiting }.Select(run => LastAsync(fixture, run)).ToArray();
        await ((PipelineQueue)fixture.Pipelines).StoppingAsync(Cancel);
        foreach (var end in await Task.WhenAll(ends))
        {
            Assert.Null(end.EndedAt);
        }

        // What comes too late is durable like what waited.
        var late = await StartAsync("late");
        Assert.Equal(PipelineState.Waiting, (await LastAsync(fixture, late)).State);
        await fixture.DisposeAsync();
    }

    [Fact]
    public async Task A_stage_shows_how_long_it_took_as_soon_as_it_has_ended()
    {
        await using var fixture = await PipelineFixture.StartAsync(Cancel);
        fixture.WriteRows();
        var run = await fixture.Pipelines.StartAsync(new PipelineRequest(PipelineFixture.Yaml(), "slipway.yaml", fixture.Project, PipelineGoal.Deploy), PipelineFixture.AliceCalls, Cancel);

        await foreach (var state in fixture.Pipelines.WatchAsync(run.Id, Cancel))
        {
            Assert.All(state.Stages, stage => Assert.True(stage.State != PipelineState.Succeeded || stage.Seconds > 0));
        }
    }

    [Fact]
    public void A_link_in_the_middle_of_a_projects_folder_does_not_lead_out_of_the_roots()
    {
        var top = Directory.CreateTempSubdirectory("slipway-roots-").FullName;
        var root = Directory.CreateDirectory(Path.Combine(top, "root")).FullName;
        Directory.CreateDirectory(Path.Combine(top, "outside", "project"));
        Directory.CreateDirectory(Path.Combine(root, "inside", "project"));
        Directory.CreateSymbolicLink(Path.Combine(root, "out"), Path.Combine(top, "outside"));
        Directory.CreateSymbolicLink(Path.Combine(root, "in"), Path.Combine(root, "inside"));
        var options = new RetrainingOptions([root]);

        Assert.Equal(ErrorKind.Forbidden, Assert.Throws<SlipwayException>(() => options.CheckFolder(Path.Combine(root, "out", "project"))).Kind);
        Assert.Equal(Path.Combine(root, "inside", "project"), options.CheckFolder(Path.Combine(root, "in", "project")));
        Assert.Contains("reads no projects", Assert.Throws<SlipwayException>(() => new RetrainingOptions([]).CheckFolder(root)).Message, StringComparison.Ordinal);
        Directory.Delete(top, recursive: true);
    }

    private static async Task<PipelineRun> LastAsync(PipelineFixture fixture, PipelineRun run)
    {
        await foreach (var state in fixture.Pipelines.WatchAsync(run.Id, Cancel))
        {
            run = state;
        }

        return run;
    }

    private static async Task<string> ErrorOfAsync(PipelineFixture fixture, string yaml)
    {
        var run = await fixture.RunAsync(yaml, Cancel);
        Assert.Equal(PipelineState.Failed, run.State);
        Assert.Equal(ErrorKind.InvalidInput, run.ErrorKind);
        return run.Error!;
    }
}
