using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Dapper;

namespace Slipway.Develop.Tests.Tracking.Inputs;

/// <summary>Datasets and models that runs used.</summary>
public abstract class InputTests(TrackingServer server)
{
    private static readonly string[] Default = ["0"];

    private static readonly string[] ByName = ["run_name"];

    private readonly WireClient _client = server.Client;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_dataset_is_shown_in_the_run_as_it_was_logged()
    {
        var run = await _client.CreateRunAsync();

        var answer = await _client.PostAsync("runs/log-inputs", new
        {
            run_id = run,
            datasets = new[]
            {
                new
                {
                    tags = new[] { new { key = "mlflow.data.context", value = "<b>training</b>" } },
                    dataset = new { name = "Größe <i>", digest = "0a1b", source_type = "local", source = """{"uri": "a.csv"}""", schema = "{}", profile = "" },
                },
            },
            models = new[] { new { model_id = "m-1" } },
        });

        Assert.Equal("{}", answer.GetRawText());
        var shown = (await _client.GetRunAsync(run)).GetProperty("inputs").GetRawText();
        Assert.Equal(
            """{"dataset_inputs":[{"tags":[{"key":"mlflow.data.context","value":"\u003Cb\u003Etraining\u003C/b\u003E"}],"dataset":{"name":"Größe \u003Ci\u003E","digest":"0a1b","source_type":"local","source":"{\u0022uri\u0022: \u0022a.csv\u0022}","schema":"{}","profile":""}}],"model_inputs":[{"model_id":"m-1"}]}""",
            shown);
        var found = await _client.PostAsync("runs/search", new { experiment_ids = Default, filter = $"run_id = '{run}'" });
        Assert.Equal(shown, found.GetProperty("runs")[0].GetProperty("inputs").GetRawText());
    }

    [Fact]
    public async Task The_same_dataset_again_is_no_double_and_stays_as_it_was_first_logged()
    {
        var experiment = await _client.CreateExperimentAsync();
        var (one, two) = (await _client.CreateRunAsync(experiment), await _client.CreateRunAsync(experiment));
        await LogAsync(one, ("train", "1", "training"), ("train", "1", "again"), ("train", "2", null));
        await LogAsync(one, ("train", "1", "evaluation"));
        await LogAsync(two, ("train", "1", "evaluation"));

        Assert.Equal(["train 1 training", "train 2 "], await DatasetsAsync(one));
        Assert.Equal(["train 1 evaluation"], await DatasetsAsync(two));
        Assert.Equal(2, await CountAsync(experiment));
    }

    [Fact]
    public async Task Two_experiments_keep_a_dataset_each()
    {
        var (one, two) = (await _client.CreateExperimentAsync(), await _client.CreateExperimentAsync());
        await LogAsync(await _client.CreateRunAsync(one), ("shared", "1", null));
        await LogAsync(await _client.CreateRunAsync(two), ("shared", "1", null));

        Assert.Equal((1, 1), (await CountAsync(one), await CountAsync(two)));
    }

    [Fact]
    public async Task Many_that_log_one_dataset_at_once_keep_it_once()
    {
        var experiment = await _client.CreateExperimentAsync();
        var runs = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => _client.CreateRunAsync(experiment)));

        await Task.WhenAll(runs.Select(run => LogAsync(run, ("train", "1", "training"))));

        Assert.Equal(1, await CountAsync(experiment));
        Assert.All(await Task.WhenAll(runs.Select(DatasetsAsync)), datasets => Assert.Equal(["train 1 training"], datasets));
    }

    [Theory]
    [InlineData("datasets.name = 'train'", "ab")]
    [InlineData("dataset.name like '%t'", "b")]
    [InlineData("datasets.digest in ('2', '3')", "bc")]
    [InlineData("datasets.context = 'training'", "a")]
    [InlineData("datasets.context is null", "cd")]
    [InlineData("datasets.context is not null and datasets.name = 'test'", "b")]
    [InlineData("datasets.name is null", "d")]
    [InlineData("datasets.name ilike 'TRAIN' and metrics.acc > 0.5", "b")]
    public async Task Runs_are_found_by_what_they_used(string filter, string expected)
    {
        var experiment = await _client.CreateExperimentAsync();
        var runs = new Dictionary<string, string>();
        foreach (var name in new[] { "a", "b", "c", "d" })
        {
            runs[await _client.CreateRunAsync(experiment, name)] = name;
        }

        var ids = runs.ToDictionary(run => run.Value, run => run.Key);
        await LogAsync(ids["a"], ("train", "1", "training"));
        await LogAsync(ids["b"], ("train", "1", "tuning"), ("test", "2", null));
        await LogAsync(ids["c"], ("other", "3", null));
        await _client.LogMetricAsync(ids["b"], "acc", 0.9);

        var found = await _client.PostAsync("runs/search", new { experiment_ids = new[] { experiment }, filter, order_by = ByName });

        Assert.Equal(expected, string.Concat(found.GetProperty("runs").EnumerateArray().Select(run => runs[run.GetProperty("info").GetProperty("run_id").GetString()!])));
    }

    [Fact]
    public async Task Pages_of_runs_show_each_its_own_inputs_however_long_they_are()
    {
        var experiment = await _client.CreateExperimentAsync();
        var long_ = new string('p', 3_000_000);
        for (var i = 0; i < 5; i++)
        {
            var run = await _client.CreateRunAsync(experiment, $"run {i}");
            await _client.PostAsync("runs/log-inputs", new { run_id = run, datasets = new[] { Input("shared", "s", "x"), Input("own", $"{i}", "x", long_) } });
        }

        var found = await _client.PostAsync("runs/search", new { experiment_ids = new[] { experiment }, order_by = ByName });

        foreach (var (run, i) in found.GetProperty("runs").EnumerateArray().Select((run, i) => (run, i)))
        {
            Assert.Equal($"run {i}", run.GetProperty("info").GetProperty("run_name").GetString());
            var inputs = run.GetProperty("inputs").GetProperty("dataset_inputs").EnumerateArray();
            var datasets = inputs.Select(input => input.GetProperty("dataset")).OrderBy(dataset => dataset.GetProperty("name").GetString()).ToList();
            Assert.Equal(($"{i}", "s"), (datasets[0].GetProperty("digest").GetString(), datasets[1].GetProperty("digest").GetString()));
            Assert.Equal(long_.Length, datasets[0].GetProperty("profile").GetString()!.Length);
        }
    }

    [Theory]
    [InlineData("dataset.name", 500, "'datasets[0].dataset.name'")]
    [InlineData("dataset.digest", 36, "'datasets[0].dataset.digest'")]
    [InlineData("dataset.source_type", 250, "'datasets[0].dataset.source_type'")]
    [InlineData("dataset.source", 65_535, "'datasets[0].dataset.source'")]
    [InlineData("dataset.schema", 1_048_575, "'datasets[0].dataset.schema'")]
    [InlineData("dataset.profile", 16_777_215, "'datasets[0].dataset.profile'")]
    [InlineData("tag.key", 255, "'datasets[0].tags[0].key'")]
    [InlineData("tag.value", 500, "'datasets[0].tags[0].value'")]
    public async Task A_text_may_be_as_long_as_its_limit_and_no_longer(string field, int limit, string named)
    {
        Assert.Equal("{}", (await TryAsync(string.Concat(new string('v', limit - 1), "😀"))).Text);

        var longer = await TryAsync(new string('v', limit + 1));
        Assert.Equal((HttpStatusCode.BadRequest, "INVALID_PARAMETER_VALUE"), (longer.Status, longer.ErrorCode));
        Assert.Equal($"{named} exceeds the maximum length of {limit} characters.", longer.Message);

        async Task<WireAnswer> TryAsync(string text)
        {
            var input = JsonSerializer.SerializeToNode(Input("n", "d", "c"))!;
            var part = field.StartsWith("tag", StringComparison.Ordinal) ? input["tags"]![0]! : input["dataset"]!;
            part[field[(field.IndexOf('.', StringComparison.Ordinal) + 1)..]] = text;
            return await _client.TryPostAsync("runs/log-inputs", new { run_id = await _client.CreateRunAsync(), datasets = new JsonArray(input) });
        }
    }

    [Theory]
    [InlineData("""{"datasets": [{"tags": []}]}""", "'datasets[0].dataset'")]
    [InlineData("""{"datasets": [{"dataset": "a"}]}""", "'datasets[0].dataset'")]
    [InlineData("""{"datasets": {"dataset": {}}}""", "'datasets'")]
    [InlineData("""{"datasets": [{"dataset": {"digest": "d", "source_type": "t", "source": "s"}}]}""", "'datasets[0].dataset.name'")]
    [InlineData("""{"datasets": [{"dataset": {"name": "n", "source_type": "t", "source": "s"}}]}""", "'datasets[0].dataset.digest'")]
    [InlineData("""{"datasets": [{"dataset": {"name": "n", "digest": "d", "source": "s"}}]}""", "'datasets[0].dataset.source_type'")]
    [InlineData("""{"datasets": [{"dataset": {"name": "n", "digest": "d", "source_type": "t"}}]}""", "'datasets[0].dataset.source'")]
    [InlineData("""{"datasets": [{"dataset": {"name": "n", "digest": "d", "source_type": "t", "source": "s", "schema": {}}}]}""", "'datasets[0].dataset.schema'")]
    [InlineData("""{"datasets": [{"dataset": {"name": "n", "digest": "d", "source_type": "t", "source": "s"}, "tags": [{"value": "v"}]}]}""", "'datasets[0].tags[0].key'")]
    [InlineData("""{"models": [{}]}""", "'models[0].model_id'")]
    public async Task A_mistake_is_said_with_the_field(string body, string named)
    {
        var message = JsonNode.Parse(body)!;
        message["run_id"] = await _client.CreateRunAsync();

        var answer = await _client.SendAsync(HttpMethod.Post, "/api/2.0/mlflow/runs/log-inputs", message.ToJsonString());

        Assert.Equal((HttpStatusCode.BadRequest, "INVALID_PARAMETER_VALUE"), (answer.Status, answer.ErrorCode));
        Assert.Contains(named, answer.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_request_has_a_thousand_datasets_and_no_more_and_what_is_refused_leaves_nothing()
    {
        var run = await _client.CreateRunAsync(await _client.CreateExperimentAsync());
        var inputs = Enumerable.Range(0, 1001).Select(i => Input("n", $"{i}", "c")).ToList();

        var more = await _client.TryPostAsync("runs/log-inputs", new { run_id = run, datasets = inputs });
        var broken = await _client.TryPostAsync("runs/log-inputs", new { run_id = run, datasets = new[] { Input("n", "d", "c"), Input("", "d", "c") } });

        Assert.StartsWith("A batch logging request can contain at most 1000 datasets. Got 1001 datasets.", more.Message, StringComparison.Ordinal);
        Assert.Equal(("INVALID_PARAMETER_VALUE", "{}"), (broken.ErrorCode, (await _client.GetRunAsync(run)).GetProperty("inputs").GetRawText()));
        await _client.PostAsync("runs/log-inputs", new { run_id = run, datasets = inputs[1..] });
        Assert.Equal(1000, (await DatasetsAsync(run)).Count);
    }

    [Fact]
    public async Task A_run_that_is_not_there_or_deleted_takes_no_inputs_and_keeps_what_it_has()
    {
        var run = await _client.CreateRunAsync();
        await LogAsync(run, ("train", "1", "training"));
        await _client.PostAsync("runs/delete", new { run_id = run });

        var deleted = await _client.TryPostAsync("runs/log-inputs", new { run_id = run, datasets = new[] { Input("test", "1", "c") } });
        var missing = await _client.TryPostAsync("runs/log-inputs", new { run_id = "nobody" });
        var unnamed = await _client.TryPostAsync("runs/log-inputs", new { });

        Assert.Equal((HttpStatusCode.BadRequest, "INVALID_PARAMETER_VALUE"), (deleted.Status, deleted.ErrorCode));
        Assert.Equal((HttpStatusCode.NotFound, "RESOURCE_DOES_NOT_EXIST"), (missing.Status, missing.ErrorCode));
        Assert.Contains("'run_id'", unnamed.Message, StringComparison.Ordinal);
        Assert.Equal(["train 1 training"], await DatasetsAsync(run));
    }

    [Fact]
    public async Task A_change_and_its_audit_entry_are_there_together()
    {
        var run = await _client.CreateRunAsync();
        await LogAsync(run, ("train", "1", "training"));

        var entry = (await server.Audit.ListAsync(1, Cancel))[0];

        Assert.Equal(("LogInputs", run, 200), (entry.Action, entry.Target, entry.Outcome));
    }

    private static object Input(string name, string digest, string? context, string? profile = null) => new
    {
        tags = context is null ? [] : new[] { new { key = "mlflow.data.context", value = context } },
        dataset = new { name, digest, source_type = "local", source = "{}", profile },
    };

    private Task<JsonElement> LogAsync(string run, params IEnumerable<(string Name, string Digest, string? Context)> datasets) =>
        _client.PostAsync("runs/log-inputs", new { run_id = run, datasets = datasets.Select(d => Input(d.Name, d.Digest, d.Context)) });

    private async Task<List<string>> DatasetsAsync(string run) =>
    [
        .. (await _client.GetRunAsync(run)).GetProperty("inputs").GetProperty("dataset_inputs").EnumerateArray().Select(input =>
            $"{input.GetProperty("dataset").GetProperty("name")} {input.GetProperty("dataset").GetProperty("digest")} {(input.TryGetProperty("tags", out var tags) ? tags[0].GetProperty("value") : null)}"),
    ];

    private Task<long> CountAsync(string experiment) => server.Database.ReadAsync(
        connection => connection.ExecuteScalarAsync<long>("select count(*) from datasets where experiment = cast(@experiment as integer)", new { experiment }), Cancel);
}

public sealed class InputOnSqliteTests(TrackingServer server) : InputTests(server), IClassFixture<TrackingServer>;

public sealed class InputOnPostgreSqlTests(PostgreSqlTrackingServer server) : InputTests(server), IClassFixture<PostgreSqlTrackingServer>;
