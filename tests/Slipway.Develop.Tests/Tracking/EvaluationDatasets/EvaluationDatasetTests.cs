using System.Net;
using System.Text.Json;
using Dapper;

namespace Slipway.Develop.Tests.Tracking.EvaluationDatasets;

public abstract class EvaluationDatasetTests(TrackingServer server)
{
    private readonly WireClient _client = server.Client;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_dataset_is_answered_as_it_was_created()
    {
        var experiment = await _client.CreateExperimentAsync();
        var dataset = await CreateAsync("größe <b> 日本", new Dictionary<string, object> { ["mlflow.user"] = "ann", ["größe"] = "<i>", ["n"] = 3 }, experiment);
        var id = dataset.Text("dataset_id")!;

        Assert.Matches("^d-[0-9a-f]{32}$", id);
        Assert.Equal(("größe <b> 日本", "ann", "ann"), (dataset.Text("name"), dataset.Text("created_by"), dataset.Text("last_updated_by")));
        Assert.Equal([("größe", "<i>"), ("mlflow.user", "ann"), ("n", "3")], TagsOf(dataset).Order());
        Assert.Matches("^[0-9a-f]{8}$", dataset.Text("digest"));
        Assert.Equal(experiment, dataset.GetProperty("experiment_ids")[0].GetString());
        Assert.False(dataset.TryGetProperty("schema", out _) || dataset.TryGetProperty("profile", out _));
        Assert.Equal(dataset.GetRawText(), (await GetAsync(id)).GetRawText());
        Assert.Equal(dataset.GetRawText(), (await _client.SendAsync(HttpMethod.Get, $"/ajax-api/3.0/mlflow/datasets/{id}", null)).Json.GetProperty("dataset").GetRawText());
    }

    [Fact]
    public async Task Of_many_that_create_one_name_at_once_each_has_its_own()
    {
        var created = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => CreateAsync("shared")));

        Assert.Equal(16, created.Select(dataset => dataset.Text("dataset_id")).Distinct().Count());
    }

    [Fact]
    public async Task Tags_are_set_beside_others_and_deleted_and_the_digest_tells_that_it_changed()
    {
        var dataset = await CreateAsync("tags", new Dictionary<string, object> { ["a"] = "1", ["b/c d"] = "2" });
        var id = dataset.Text("dataset_id")!;
        server.Time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal("{}", (await _client.Call3Async("PATCH", $"datasets/{id}/tags", new { tags = """{"a": "3", "z": ""}""" })).GetRawText());
        Assert.Equal("{}", (await _client.Call3Async("DELETE", $"datasets/{id}/tags/b%2Fc%20d")).GetRawText());
        await _client.Call3Async("DELETE", $"datasets/{id}/tags/never-there");
        var changed = await GetAsync(id);

        Assert.Equal([("a", "3"), ("z", "")], TagsOf(changed).Order());
        Assert.NotEqual(dataset.Text("digest"), changed.Text("digest"));
        Assert.True(changed.GetProperty("last_update_time").GetInt64() > changed.GetProperty("created_time").GetInt64());
    }

    [Fact]
    public async Task A_dataset_comes_into_experiments_and_out_of_them()
    {
        var (first, second) = (await _client.CreateExperimentAsync(), await _client.CreateExperimentAsync());
        var id = (await CreateAsync("experiments", null, first)).Text("dataset_id")!;

        var added = (await _client.Call3Async("POST", $"datasets/{id}/add-experiments", new { experiment_ids = new[] { second, first } })).GetProperty("dataset");

        // As clients do that leave the place in the address as it is.
        var removed = (await _client.Call3Async("POST", "datasets/%7Bdataset_id%7D/remove-experiments", new { dataset_id = id, experiment_ids = new[] { first, "no experiment" } })).GetProperty("dataset");
        Assert.Equal(new[] { first, second }.OrderBy(long.Parse), added.GetProperty("experiment_ids").EnumerateArray().Select(item => item.GetString()));
        Assert.Equal($"[\"{second}\"]", removed.GetProperty("experiment_ids").GetRawText());
        Assert.Equal($$"""{"experiment_ids":["{{second}}"]}""", (await _client.Call3Async("GET", $"datasets/{id}/experiment-ids")).GetRawText());
        Assert.Equal("RESOURCE_DOES_NOT_EXIST", (await _client.Try3Async("POST", $"datasets/{id}/add-experiments", new { experiment_ids = WireClientThree.List("987654") })).ErrorCode);
    }

    [Fact]
    public async Task What_is_deleted_is_not_found_and_leaves_nothing()
    {
        var id = (await CreateAsync("gone", new Dictionary<string, object> { ["a"] = "1" }, "0")).Text("dataset_id")!;
        await _client.Call3Async("POST", $"datasets/{id}/records", new { records = """[{"inputs": {"q": 1}}]""" });
        Assert.Equal("{}", (await _client.Call3Async("DELETE", $"datasets/{id}")).GetRawText());

        foreach (var (method, path, fields) in new (string, string, object?)[]
        {
            ("GET", "", null), ("DELETE", "", null), ("GET", "/records", null), ("GET", "/experiment-ids", null), ("PATCH", "/tags", new { tags = "{}" }), ("DELETE", "/tags/a", null),
            ("POST", "/records", new { records = "[]" }), ("DELETE", "/records", new { dataset_record_ids = Array.Empty<string>() }), ("POST", "/add-experiments", new { }), ("POST", "/remove-experiments", new { }),
        })
        {
            var answer = await _client.Try3Async(method, $"datasets/{id}{path}", fields);
            Assert.Equal((HttpStatusCode.NotFound, "RESOURCE_DOES_NOT_EXIST"), (answer.Status, answer.ErrorCode));
        }

        Assert.Equal(0, await CountAsync("select count(*) from evaluation_records r where not exists (select 1 from evaluation_datasets d where d.id = r.dataset)"));
        Assert.Equal(0, await CountAsync("select count(*) from evaluation_dataset_experiments r where not exists (select 1 from evaluation_datasets d where d.id = r.dataset)"));
    }

    [Fact]
    public async Task A_purged_experiment_leaves_the_dataset_and_is_none_of_its_any_more()
    {
        var experiment = await _client.CreateExperimentAsync();
        var id = (await CreateAsync("purged", null, "0", experiment)).Text("dataset_id")!;
        await _client.PostAsync("experiments/delete", new { experiment_id = experiment });
        server.Time.Advance(TimeSpan.FromDays(60));

        var purge = await _client.SendAsync(HttpMethod.Post, "/api/v1/purge", JsonSerializer.Serialize(new { experiments = new[] { experiment } }));

        Assert.Equal(HttpStatusCode.OK, purge.Status);
        Assert.Equal("[\"0\"]", (await GetAsync(id)).GetProperty("experiment_ids").GetRawText());
    }

    [Theory]
    [InlineData("""{}""", "'name'")]
    [InlineData("""{"name": " \n"}""", "not blank")]
    [InlineData("""{"name": 7}""", "It is a text")]
    [InlineData("""{"name": "a", "tags": {"a": "b"}}""", "'tags'")]
    [InlineData("""{"name": "a", "tags": "{"}""", "JSON is wrong at line 1")]
    [InlineData("""{"name": "a", "tags": "[]"}""", "object as JSON")]
    [InlineData("""{"name": "a", "tags": "{\"a\": null}"}""", "tags[a]")]
    [InlineData("""{"name": "a", "tags": "{\"a\": {}}"}""", "tags[a]")]
    [InlineData("""{"name": "a", "experiment_ids": 3}""", "It is a list")]
    [InlineData("""{"name": "a", "experiment_ids": ["987654"]}""", "No Experiment with id=987654 exists")]
    public async Task What_cannot_be_a_dataset_is_told_why(string fields, string said)
    {
        var answer = await _client.SendAsync(HttpMethod.Post, "/api/3.0/mlflow/datasets/create", fields);

        Assert.InRange((int)answer.Status, 400, 404);
        Assert.Contains(said, answer.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Names_and_tags_are_as_long_as_their_limits_and_no_longer()
    {
        foreach (var (length, isTaken) in new[] { (-1, true), (0, true), (1, false) })
        {
            var status = isTaken ? HttpStatusCode.OK : HttpStatusCode.BadRequest;
            Assert.Equal(status, await StatusAsync(new { name = new string('é', 255 + length) }));
            Assert.Equal(status, await StatusAsync(new { name = "a", tags = JsonSerializer.Serialize(new Dictionary<string, string> { [new string('k', 255 + length)] = "v" }) }));
            Assert.Equal(status, await StatusAsync(new { name = "a", tags = JsonSerializer.Serialize(new Dictionary<string, string> { ["k"] = new('v', 5000 + length) }) }));
            Assert.Equal(status, await StatusAsync(new { name = "a", tags = JsonSerializer.Serialize(Enumerable.Range(0, 1000 + length).ToDictionary(i => $"k{i}", i => "v")) }));
            Assert.Equal(status, await StatusAsync(new { name = "a", experiment_ids = Enumerable.Repeat("0", 1000 + length) }));
        }

        async Task<HttpStatusCode> StatusAsync(object fields) => (await _client.Try3Async("POST", "datasets/create", fields)).Status;
    }

    private static IEnumerable<(string, string)> TagsOf(JsonElement dataset) =>
        JsonDocument.Parse(dataset.Text("tags")!).RootElement.EnumerateObject().Select(tag => (tag.Name, tag.Value.GetString()!));

    private async Task<JsonElement> CreateAsync(string name, Dictionary<string, object>? tags = null, params string[] experiments) => (await _client.Call3Async(
        "POST", "datasets/create", new { name, tags = tags is null ? null : JsonSerializer.Serialize(tags), experiment_ids = experiments })).GetProperty("dataset");

    private async Task<JsonElement> GetAsync(string id) => (await _client.Call3Async("GET", $"datasets/{id}")).GetProperty("dataset");

    private Task<long> CountAsync(string sql) => server.Database.ReadAsync(connection => connection.ExecuteScalarAsync<long>(sql), Cancel);
}

public sealed class EvaluationDatasetOnSqliteTests(TrackingServer server) : EvaluationDatasetTests(server), IClassFixture<TrackingServer>;

public sealed class EvaluationDatasetOnPostgreSqlTests(PostgreSqlTrackingServer server) : EvaluationDatasetTests(server), IClassFixture<PostgreSqlTrackingServer>;
