using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Dapper;
using Slipway.Develop.Tests.Tracking.Artifacts;

namespace Slipway.Develop.Tests.Tracking.Purging;

/// <summary>What is deleted goes for good, and nothing else.</summary>
public abstract class PurgeTests(ArtifactServer server) : IAsyncLifetime
{
    private static readonly string[] Tables = ["runs", "run_params", "run_tags", "run_metrics", "metric_points", "metric_arrivals", "experiments", "experiment_tags", "artifacts"];

    private readonly ArtifactServer _server = server;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private WireClient Client => _server.Tracking.Client;

    public ValueTask InitializeAsync() => _server.InitializeAsync();

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return _server.DisposeAsync();
    }

    [Fact]
    public async Task A_plan_says_what_would_go_and_changes_nothing_and_the_purge_does_what_the_plan_said()
    {
        var before = await CountAsync();
        var experiment = await Client.CreateExperimentAsync("spent");
        await Client.PostAsync("experiments/set-experiment-tag", new { experiment_id = experiment, key = "team", value = "a" });
        var run = await FillAsync(experiment, requests: 40);
        var other = await FillAsync(experiment, requests: 2);
        await Client.PostAsync("experiments/delete", new { experiment_id = experiment });
        _server.Tracking.Time.Advance(TimeSpan.FromDays(31));

        var filled = await CountAsync();
        var plan = await PlanAsync();

        Assert.Equal(filled, await CountAsync());
        Assert.Equal((false, 1, 2), ((bool)plan["done"]!, (long)plan["experimentCount"]!, (long)plan["runCount"]!));
        Assert.Equal(("spent", 2), ((string)plan["experiments"]![0]!["name"]!, (long)plan["experiments"]![0]!["runs"]!));
        Assert.Equal([run, other], plan["runs"]!.AsArray().Select(r => (string)r!["runId"]!));
        Assert.Equal((4, 26), ((long)plan["artifactCount"]!, (long)plan["artifactBytes"]!));
        Assert.Equal((2, 13), ((long)plan["blobs"]!["count"]!, (long)plan["blobs"]!["bytes"]!));
        Assert.Equal(filled["metric_points"], (long)plan["rows"]!["metric_points"]!);

        var done = await PurgeAsync();

        Assert.Equal(before, await CountAsync());
        Assert.Equal(0, _server.Files("blobs"));
        Assert.True((bool)done["done"]!);
        foreach (var member in new[] { "experiments", "runs", "rows", "artifactBytes", "blobs" })
        {
            Assert.Equal(plan[member]!.ToJsonString(), done[member]!.ToJsonString());
        }

        Assert.Equal(HttpStatusCode.NotFound, (await Client.TryGetAsync("runs/get", ("run_id", run))).Status);
    }

    [Fact]
    public async Task A_name_is_free_after_the_purge_and_not_before()
    {
        var experiment = await Client.CreateExperimentAsync("taken");
        await Client.PostAsync("experiments/delete", new { experiment_id = experiment });
        Assert.Equal("RESOURCE_ALREADY_EXISTS", (await Client.TryPostAsync("experiments/create", new { name = "taken" })).ErrorCode);

        await PurgeAsync(new { experiments = new[] { experiment } });

        Assert.NotEqual(experiment, await Client.CreateExperimentAsync("taken"));
    }

    [Fact]
    public async Task A_month_passes_before_what_nobody_names_goes()
    {
        var run = await DeletedRunAsync();

        _server.Tracking.Time.Advance(TimeSpan.FromDays(30) - TimeSpan.FromMilliseconds(1));
        Assert.Equal(0, (long)(await PurgeAsync())["runCount"]!);
        _server.Tracking.Time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(run, (string)Assert.Single((await PurgeAsync())["runs"]!.AsArray())!["runId"]!);
    }

    [Fact]
    public async Task What_is_active_or_was_restored_stays_and_of_two_that_are_deleted_only_the_named_one_goes()
    {
        var active = await FillAsync("0", requests: 1);
        var restored = await DeletedRunAsync();
        await Client.PostAsync("runs/restore", new { run_id = restored });
        var (named, other) = (await DeletedRunAsync(), await DeletedRunAsync());

        Assert.Equal(1, (long)(await PurgeAsync(new { runs = new[] { named } }))["runCount"]!);
        _server.Tracking.Time.Advance(TimeSpan.FromDays(40));

        Assert.Equal(other, (string)Assert.Single((await PlanAsync())["runs"]!.AsArray())!["runId"]!);
        Assert.Equal("\"1\"", JsonSerializer.Serialize((await Client.DataAsync(active, "params"))["p"]));
        Assert.Equal("active", (await Client.GetRunAsync(restored)).GetProperty("info").GetProperty("lifecycle_stage").GetString());
    }

    [Theory]
    [InlineData("""{"olderThan": "soon"}""", HttpStatusCode.BadRequest, "olderThan is 'soon'")]
    [InlineData("""{"olderThan": "-1d"}""", HttpStatusCode.BadRequest, "olderThan is '-1d'")]
    [InlineData("""{"experiments": ["0"]}""", HttpStatusCode.BadRequest, "Experiment 0, Default, cannot be purged")]
    [InlineData("""{"experiments": ["<b>"]}""", HttpStatusCode.NotFound, "No Experiment with id=")]
    [InlineData("""{"experiments": ["987654"]}""", HttpStatusCode.NotFound, "No Experiment with id=987654 exists")]
    [InlineData("""{"runs": ["größe"]}""", HttpStatusCode.NotFound, "Run with id=größe not found")]
    [InlineData("""{"runs": ["ACTIVE"]}""", HttpStatusCode.Conflict, "is not deleted. Delete it first")]
    [InlineData("""{"runs": ["DELETED"], "olderThan": "1h"}""", HttpStatusCode.Conflict, "was deleted at 2026-05-04 12:00:00 UTC, which is not as long ago as was asked for.")]
    public async Task A_mistake_is_one_sentence_and_nothing_goes(string body, HttpStatusCode status, string sentence)
    {
        body = body.Replace("ACTIVE", await Client.CreateRunAsync(), StringComparison.Ordinal).Replace("DELETED", await DeletedRunAsync(), StringComparison.Ordinal);
        var before = await CountAsync();

        var answer = await Client.SendAsync(HttpMethod.Post, "/api/v1/purge", body);

        Assert.Equal(status, answer.Status);
        Assert.Contains(sentence, answer.Json.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Equal(before, await CountAsync());
    }

    [Theory]
    [InlineData(1000, HttpStatusCode.NotFound)]
    [InlineData(1001, HttpStatusCode.BadRequest)]
    public async Task A_purge_takes_a_thousand_names(int names, HttpStatusCode status) =>
        Assert.Equal(status, (await Client.SendAsync(HttpMethod.Post, "/api/v1/purge", JsonSerializer.Serialize(new { runs = Enumerable.Range(0, names).Select(i => $"r{i}") }))).Status);

    [Fact]
    public async Task Content_that_another_run_has_too_stays_readable()
    {
        var (gone, stays) = (await Client.CreateRunAsync(), await Client.CreateRunAsync());
        await _server.PutAsync($"0/{gone}/artifacts/a.txt", "the same"u8.ToArray());
        await _server.PutAsync($"0/{stays}/artifacts/b.txt", "the same"u8.ToArray());
        await Client.PostAsync("runs/delete", new { run_id = gone });
        _server.Tracking.Time.Advance(TimeSpan.FromDays(1));

        var report = await PurgeAsync(new { runs = new[] { gone } });

        Assert.Equal((1, 8, 0), ((long)report["artifactCount"]!, (long)report["artifactBytes"]!, (long)report["blobs"]!["count"]!));
        Assert.Equal("the same", Encoding.UTF8.GetString(await _server.GetAsync($"0/{stays}/artifacts/b.txt")));
        Assert.Equal(HttpStatusCode.NotFound, await _server.StatusAsync($"0/{gone}/artifacts/a.txt"));
    }

    [Fact]
    public async Task Content_of_the_last_hour_stays_until_a_later_purge_and_the_report_says_so()
    {
        var run = await Client.CreateRunAsync();
        await _server.PutAsync($"0/{run}/artifacts/a.txt", "young"u8.ToArray());
        await Client.PostAsync("runs/delete", new { run_id = run });

        var young = (await PurgeAsync(new { runs = new[] { run } }))["blobs"]!;
        _server.Tracking.Time.Advance(TimeSpan.FromHours(1) + TimeSpan.FromMilliseconds(1));
        var later = (await PurgeAsync())["blobs"]!;

        Assert.Equal((0, 1, 5), ((long)young["count"]!, (long)young["recentCount"]!, (long)young["recentBytes"]!));
        Assert.Equal((1, 5, 0), ((long)later["count"]!, (long)later["bytes"]!, (long)later["recentCount"]!));
    }

    [Fact]
    public async Task An_experiment_that_keeps_its_files_inside_a_run_that_goes_keeps_them()
    {
        var run = await Client.CreateRunAsync();
        var inner = (await Client.PostAsync("experiments/create", new { name = "inside", artifact_location = $"mlflow-artifacts:/0/{run}/artifacts/inner" })).GetProperty("experiment_id").GetString()!;
        var innerRun = await Client.CreateRunAsync(inner);
        await _server.PutAsync($"0/{run}/artifacts/goes.txt", "goes"u8.ToArray());
        await _server.PutAsync($"0/{run}/artifacts/inner/{innerRun}/artifacts/stays.txt", "stays"u8.ToArray());
        await Client.PostAsync("runs/delete", new { run_id = run });

        var report = await PurgeAsync(new { runs = new[] { run } });

        Assert.Equal((1, 1), ((long)report["artifactCount"]!, (long)report["artifactsKept"]!));
        Assert.Equal(["inner"], await _server.ListAsync($"0/{run}/artifacts"));
    }

    [Fact]
    public async Task What_a_purge_that_was_killed_has_begun_cannot_be_restored_and_the_next_one_ends_it()
    {
        var experiment = await Client.CreateExperimentAsync("half");
        var run = await FillAsync(experiment, requests: 33);
        await Client.PostAsync("experiments/delete", new { experiment_id = experiment });

        // As after a kill in between: both are marked, and some rows are gone.
        foreach (var sql in new[] { "update experiments set deleted_at = -1 where name = 'half'", "update runs set deleted_at = -1 where deleted_at is not null", "delete from run_params", "delete from artifacts where path like '%b.txt'" })
        {
            await _server.Tracking.Database.WriteAsync(transaction => transaction.ExecuteAsync(sql), Cancel);
        }

        Assert.Equal(HttpStatusCode.NotFound, (await Client.TryPostAsync("experiments/restore", new { experiment_id = experiment })).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await Client.TryPostAsync("runs/restore", new { run_id = run })).Status);
        _server.Tracking.Time.Advance(TimeSpan.FromHours(2));

        var report = await PurgeAsync();

        Assert.Equal((1, 1), ((long)report["experimentCount"]!, (long)report["runCount"]!));
        Assert.Equal(0, (await CountAsync()).Where(table => table.Key is not ("experiments" or "experiment_tags")).Sum(table => table.Value));
        Assert.Equal(0, _server.Files("blobs"));
    }

    [Fact]
    public async Task The_audit_says_what_went()
    {
        var experiment = await Client.CreateExperimentAsync("said <b>");
        var run = await Client.CreateRunAsync(experiment);
        await Client.PostAsync("experiments/delete", new { experiment_id = experiment });

        await PurgeAsync(new { experiments = new[] { experiment } });

        var entries = (await _server.Tracking.Audit.ListAsync(2, Cancel)).Select(entry => (entry.Action, entry.Target, entry.Outcome));
        Assert.Equal([("Purge", $"experiment {experiment} 'said <b>' with 1 runs", 200), ("Purge", $"run {run} of experiment {experiment}", 200)], entries);
    }

    [Fact]
    public async Task An_upload_in_parts_that_nobody_completed_goes_too()
    {
        using var created = await _server.Http.PostAsync(
            "/api/2.0/mlflow-artifacts/mpu/create/0/run/artifacts", new StringContent("""{"path": "0/run/artifacts/large.bin", "num_parts": 2}"""), Cancel);
        Assert.True(created.IsSuccessStatusCode, await created.Content.ReadAsStringAsync(Cancel));

        Assert.Equal(0, (int)(await PurgeAsync())["uploads"]!);
        _server.Tracking.Time.Advance(TimeSpan.FromDays(1) + TimeSpan.FromSeconds(1));

        Assert.Equal(1, (int)(await PlanAsync())["uploads"]!);
        Assert.Equal(1, (int)(await PurgeAsync())["uploads"]!);
        Assert.Equal(0, (int)(await PlanAsync())["uploads"]!);
    }

    [Fact]
    public async Task Logging_and_uploads_go_on_beside_a_purge()
    {
        var experiments = new List<string>();
        for (var i = 0; i < 6; i++)
        {
            var experiment = await Client.CreateExperimentAsync();
            await FillAsync(experiment, requests: 3);
            await Client.PostAsync("experiments/delete", new { experiment_id = experiment });
            experiments.Add(experiment);
        }

        _server.Tracking.Time.Advance(TimeSpan.FromDays(31));
        var purge = PurgeAsync();
        var live = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => FillAsync("0", requests: 2)));
        Assert.Equal(6, (long)(await purge)["experimentCount"]!);
        await PurgeAsync();

        // They stored the very content that was on its way out.
        foreach (var run in live)
        {
            Assert.Equal("equal content", Encoding.UTF8.GetString(await _server.GetAsync($"0/{run}/artifacts/a.txt") is var a ? [.. a, .. await _server.GetAsync($"0/{run}/artifacts/b.txt")] : []));
            Assert.Equal(2, (await Client.HistoryAsync(run, "m0")).Count);
        }
    }

    private async Task<JsonNode> PlanAsync() => JsonNode.Parse((await Client.SendAsync(HttpMethod.Get, "/api/v1/purge", null)).Text)!;

    private async Task<JsonNode> PurgeAsync(object? request = null)
    {
        var answer = await Client.SendAsync(HttpMethod.Post, "/api/v1/purge", JsonSerializer.Serialize(request ?? new { }));
        Assert.True(answer.Status == HttpStatusCode.OK, answer.Text);
        return JsonNode.Parse(answer.Text)!;
    }

    private async Task<string> DeletedRunAsync()
    {
        var run = await Client.CreateRunAsync();
        await Client.PostAsync("runs/delete", new { run_id = run });
        return run;
    }

    /// <summary>A run with something in every table, two files whose content every such run has.</summary>
    private async Task<string> FillAsync(string experiment, int requests)
    {
        var run = await Client.CreateRunAsync(experiment);
        await Client.PostAsync("runs/log-parameter", new { run_id = run, key = "p", value = "1" });
        for (var step = 0; step < requests; step++)
        {
            await Client.PostAsync("runs/log-batch", new { run_id = run, metrics = Enumerable.Range(0, 150).Select(i => new { key = $"m{i}", value = step, timestamp = 1, step }) });
        }

        await _server.PutAsync($"{experiment}/{run}/artifacts/a.txt", "equal "u8.ToArray());
        await _server.PutAsync($"{experiment}/{run}/artifacts/b.txt", "content"u8.ToArray());
        return run;
    }

    private async Task<SortedDictionary<string, long>> CountAsync()
    {
        var counts = new SortedDictionary<string, long>(StringComparer.Ordinal);
        foreach (var table in Tables)
        {
            counts[table] = await _server.Tracking.Database.ReadAsync(connection => connection.ExecuteScalarAsync<long>($"select count(*) from {table}"), Cancel);
        }

        return counts;
    }
}

public sealed class PurgeOnSqliteTests() : PurgeTests(new ArtifactServer());

public sealed class PurgeOnPostgreSqlTests() : PurgeTests(new PostgreSqlArtifactServer());
