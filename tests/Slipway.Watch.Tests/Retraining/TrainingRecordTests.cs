using System.Text.Json.Nodes;
using Dapper;
using LibGit2Sharp;
using Slipway.Registry;
using Slipway.Retraining.Pipelines;
using Slipway.Storage;
using Slipway.Storage.Blobs;

namespace Slipway.Watch.Tests.Retraining;

/// <summary>What tracking knows of a training that Slipway started.</summary>
public sealed class TrainingRecordTests : IAsyncLifetime
{
    private static readonly Signature Author = new("A", "a@example.com", new DateTimeOffset(2026, 5, 4, 0, 0, 0, TimeSpan.Zero));

    private PipelineFixture _fixture = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _fixture = await PipelineFixture.StartAsync(Cancel);
        _fixture.WriteRows();
    }

    public ValueTask DisposeAsync() => _fixture.DisposeAsync();

    [Fact]
    public async Task A_training_is_a_run_with_its_code_machine_rows_seed_and_result_and_its_trials_are_its_children()
    {
        var commit = Commit();
        await File.AppendAllTextAsync(Path.Combine(_fixture.Project, "notes.md"), "changed since\n", Cancel);
        await File.WriteAllTextAsync(Path.Combine(_fixture.Project, "secret.env"), "password", Cancel);
        var yaml = PipelineFixture.Yaml().Replace("parameters: {", "search: { trials: 3, num_leaves: [4, 16] }\n  parameters: {", StringComparison.Ordinal);

        var ended = await _fixture.RunAsync(yaml, Cancel);

        Assert.True(ended.State == PipelineState.Succeeded, ended.Error);
        var version = Assert.Single(await _fixture.Get<IModelRegistry>().ListAsync("line", 1000, null, Cancel));
        var run = await ReadAsync(version.Lineage.RunId!);
        Assert.Equal(("line", "FINISHED", true), (run.Experiment, run.Status, run.Ended));
        Assert.Equal(commit, run.Tags["mlflow.source.git.commit"]);
        Assert.Equal(("true", "alice", "slipway.yaml"), (run.Tags["slipway.git.dirty"], run.Tags["mlflow.user"], run.Tags["mlflow.source.name"]));
        Assert.Equal((version.Lineage.DatasetDigest, "600", ended.Id), (run.Tags["slipway.dataset.digest"], run.Tags["slipway.dataset.rows"], run.Tags["slipway.pipeline"]));
        Assert.Equal(version.Lineage.Recipe["seed"], run.Tags["slipway.seed"]);
        Assert.Equal($"{Environment.ProcessorCount}", run.Tags["slipway.env.cores"]);
        Assert.Equal("60", run.Parameters["rounds"]);
        Assert.Contains("rmse", run.Metrics.Keys);

        Assert.Equal(["environment.json", "git.diff", "slipway.yaml"], run.Artifacts.Keys.Order());
        Assert.Equal(yaml, run.Artifacts["slipway.yaml"]);
        Assert.Contains("+changed since", run.Artifacts["git.diff"], StringComparison.Ordinal);
        Assert.Contains("# new, not in git: secret.env", run.Artifacts["git.diff"], StringComparison.Ordinal);
        Assert.DoesNotContain("password", run.Artifacts["git.diff"], StringComparison.Ordinal);
        Assert.NotNull(JsonNode.Parse(run.Artifacts["environment.json"])!["packages"]!["LibGit2Sharp"]);

        var children = await ChildrenAsync(version.Lineage.RunId!);
        Assert.Equal(["1", "2", "3"], children.Select(child => child.Tags["slipway.trial"]).Order());
        Assert.All(children, child => Assert.Equal(("line", "FINISHED", "rmse", "num_leaves"), (child.Experiment, child.Status, Assert.Single(child.Metrics.Keys), Assert.Single(child.Parameters.Keys))));
    }

    [Fact]
    public async Task A_training_that_fails_is_a_failed_run_that_says_why_and_outside_git_nothing_speaks_of_git()
    {
        await File.WriteAllTextAsync(Path.Combine(_fixture.Project, "train.sh"), "echo broken; exit 3", Cancel);
        var yaml = PipelineFixture.Yaml().Replace("parameters: { rounds: 60, learning_rate: 0.2 }", "command: [sh, train.sh, '<b>']", StringComparison.Ordinal);

        Assert.Equal(PipelineState.Failed, (await _fixture.RunAsync(yaml, Cancel)).State);

        var run = Assert.Single(await RunsAsync("e.name = 'line'"));
        Assert.Equal(("FAILED", true), (run.Status, run.Ended));
        Assert.Contains("broken", run.Tags["slipway.error"], StringComparison.Ordinal);
        Assert.Equal("<b>", (string)JsonNode.Parse(run.Tags["slipway.command"])![2]!);
        Assert.DoesNotContain(run.Tags.Keys, key => key.Contains("git", StringComparison.Ordinal));
        Assert.DoesNotContain("git.diff", run.Artifacts.Keys);
    }

    [Fact]
    public async Task Where_the_experiment_was_deleted_another_one_takes_the_runs()
    {
        await _fixture.RunAsync(PipelineFixture.Yaml(), Cancel);
        await _fixture.Get<Database>().WriteAsync(transaction => transaction.ExecuteAsync("update experiments set deleted_at = 1 where name = 'line'"), Cancel);

        Assert.Equal(PipelineState.Succeeded, (await _fixture.RunAsync(PipelineFixture.Yaml(rounds: 61), Cancel)).State);

        Assert.Equal("61", Assert.Single(await RunsAsync("e.name = 'line-2'")).Parameters["rounds"]);
    }

    [Fact]
    public void A_patch_has_a_bound_and_a_folder_in_which_nothing_changed_has_none()
    {
        Commit();
        Assert.Null(GitDiff.Find(_fixture.Project));
        for (var i = 0; i < 3; i++)
        {
            File.WriteAllText(Path.Combine(_fixture.Project, $"large{i}.txt"), "");
        }

        Commit();
        for (var i = 0; i < 3; i++)
        {
            File.WriteAllText(Path.Combine(_fixture.Project, $"large{i}.txt"), string.Concat(Enumerable.Repeat("a line that is new\n", 40_000)));
        }

        var patch = GitDiff.Find(_fixture.Project)!;

        Assert.InRange(patch.Length, GitDiff.MostCharacters, GitDiff.MostCharacters + 100);
        Assert.EndsWith($"# … cut at {GitDiff.MostCharacters} characters\n", patch, StringComparison.Ordinal);
    }

    private string Commit()
    {
        File.WriteAllText(Path.Combine(_fixture.Project, "notes.md"), "notes\n");
        using var repository = new Repository(Repository.Init(_fixture.Project));
        Commands.Stage(repository, "*");
        return repository.Commit("state", Author, Author, new CommitOptions { AllowEmptyCommit = true }).Sha;
    }

    private async Task<Seen> ReadAsync(string runId) => Assert.Single(await RunsAsync($"r.run_id = '{runId}'"));

    private Task<List<Seen>> ChildrenAsync(string parent) =>
        RunsAsync($"exists (select 1 from run_tags t where t.run = r.id and t.key = 'mlflow.parentRunId' and t.value = '{parent}')");

    private async Task<List<Seen>> RunsAsync(string where)
    {
        var runs = new List<Seen>();
        await _fixture.Get<Database>().ReadAsync(
            async connection =>
            {
                foreach (var (id, experiment, status, ended, uri) in await connection.QueryAsync<(long, string, string, long?, string)>($"select r.id, e.name, r.status, r.end_time, r.artifact_uri from runs r join experiments e on e.id = r.experiment where {where}"))
                {
                    var run = new Seen(experiment, status, ended is not null);
                    Fill(run.Tags, await connection.QueryAsync<(string, string)>($"select key, value from run_tags where run = {id}"));
                    Fill(run.Parameters, await connection.QueryAsync<(string, string)>($"select key, value from run_params where run = {id}"));
                    Fill(run.Metrics, await connection.QueryAsync<(string, string)>($"select key, cast(value as text) from run_metrics where run = {id}"));
                    var folder = uri["mlflow-artifacts:/".Length..];
                    foreach (var (path, digest) in await connection.QueryAsync<(string, string)>($"select path, digest from artifacts where path like '{folder}/%'"))
                    {
                        run.Artifacts[path[(folder.Length + 1)..]] = await File.ReadAllTextAsync(await _fixture.Get<IBlobStore>().GetFileAsync(digest, Cancel), Cancel);
                    }

                    runs.Add(run);
                }

                return 0;
            },
            Cancel);
        return runs;

        static void Fill(Dictionary<string, string> target, IEnumerable<(string Key, string Value)> rows)
        {
            foreach (var (key, value) in rows)
            {
                target[key] = value;
            }
        }
    }

    private sealed record Seen(string Experiment, string Status, bool Ended)
    {
        public Dictionary<string, string> Tags { get; } = [];

        public Dictionary<string, string> Parameters { get; } = [];

        public Dictionary<string, string> Metrics { get; } = [];

        public Dictionary<string, string> Artifacts { get; } = [];
    }
}
