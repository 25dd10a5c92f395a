using System.Net;
using System.Text.Json;
using Dapper;

namespace Slipway.Develop.Tests.Tracking.Scorers;

public abstract class ScorerTests(TrackingServer server) : IAsyncLifetime
{
    private readonly WireClient _client = server.Client;
    private string _experiment = "";

    public async ValueTask InitializeAsync() => _experiment = await _client.CreateExperimentAsync();

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task A_scorer_has_versions_that_are_given_back_to_the_letter()
    {
        const string First = "{\"name\": \"größe <b>\",   \"call\": [1.50, NULL_IS_TEXT]}";
        const string Kept = "{ \"name\": \"größe <b>\",   \"call\": [1.50, null]}";
        Assert.Equal(HttpStatusCode.BadRequest, (await TryRegisterAsync("größe <b>/x", First)).Status);
        var first = await RegisterAsync("größe <b>/x", Kept);
        server.Time.Advance(TimeSpan.FromSeconds(1));
        var second = await RegisterAsync("größe <b>/x", "{}");

        Assert.Equal((1, 2), (first.GetProperty("version").GetInt32(), second.GetProperty("version").GetInt32()));
        Assert.Equal((_experiment, "größe <b>/x", Kept), (first.Text("experiment_id"), first.Text("name"), first.Text("serialized_scorer")));
        Assert.Equal(first.Text("scorer_id"), second.Text("scorer_id"));
        var newest = (await GetAsync("größe <b>/x")).Json.GetProperty("scorer");
        var asked = (await GetAsync("größe <b>/x", 1)).Json.GetProperty("scorer");
        Assert.Equal((2, "{}"), (newest.GetProperty("scorer_version").GetInt32(), newest.Text("serialized_scorer")));
        Assert.Equal((1, Kept, long.Parse(_experiment)), (asked.GetProperty("scorer_version").GetInt32(), asked.Text("serialized_scorer"), asked.GetProperty("experiment_id").GetInt64()));
        Assert.Equal(1000, newest.GetProperty("creation_time").GetInt64() - asked.GetProperty("creation_time").GetInt64());
        Assert.Equal(["1", "2"], (await _client.Call3Async("GET", WireClientThree.Query("scorers/versions", ("experiment_id", _experiment), ("name", "größe <b>/x")))).Each("scorers", "scorer_version"));
    }

    [Fact]
    public async Task A_list_has_the_newest_version_of_each_by_experiment_or_key()
    {
        var other = await _client.CreateExperimentAsync();
        await RegisterAsync("b", "{}");
        await RegisterAsync("a", "{}");
        await RegisterAsync("a", """{"v":2}""");
        await _client.Call3Async("POST", "scorers/register", new { experiment_id = other, name = "c d", serialized_scorer = "{}" });

        var one = await ListAsync(("experiment_id", _experiment));
        Assert.Equal(["a", "b"], one.Each("scorers", "scorer_name"));
        Assert.Equal(["2", "1"], one.Each("scorers", "scorer_version"));
        Assert.Equal(["a", "b", "c d"], (await ListAsync(("experiment_ids", _experiment), ("experiment_ids", other))).Each("scorers", "scorer_name").Order());
        Assert.Equal(["a", "b", "c d"], (await ListAsync(("experiment_id", _experiment), ("scorer_keys", $"{other}/c%20d"))).Each("scorers", "scorer_name").Order());
        Assert.Equal(["c d"], (await ListAsync(("scorer_keys", $"{other}/c%20d"))).Each("scorers", "scorer_name"));
        Assert.Empty((await ListAsync(("experiment_id", "987654"))).Each("scorers", "scorer_name"));
        Assert.Contains("c d", (await ListAsync()).Each("scorers", "scorer_name"));
        Assert.Contains("Only one of", (await _client.Try3Async("GET", WireClientThree.Query("scorers/list", ("experiment_id", "1"), ("experiment_ids", "2")))).Message, StringComparison.Ordinal);
        Assert.Contains("EXPERIMENT/NAME", (await _client.Try3Async("GET", WireClientThree.Query("scorers/list", ("scorer_keys", "a")))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_version_is_deleted_or_all_and_no_number_is_given_twice_while_one_is_left()
    {
        await RegisterAsync("s", "{}");
        await RegisterAsync("s", "{}");
        await DeleteAsync(new { experiment_id = _experiment, name = "s", version = 2 });
        Assert.Equal((HttpStatusCode.NotFound, "RESOURCE_DOES_NOT_EXIST"), await DeleteAsync(new { experiment_id = _experiment, name = "s", version = 2 }) is var gone ? (gone.Status, gone.ErrorCode) : default);
        Assert.Equal(1, (await GetAsync("s")).Json.GetProperty("scorer").GetProperty("scorer_version").GetInt32());
        Assert.Equal(3, (await RegisterAsync("s", "{}")).GetProperty("version").GetInt32());

        Assert.Equal("{}", (await DeleteAsync(new { experiment_id = _experiment, name = "s" })).Text);

        foreach (var answer in new[] { await GetAsync("s"), await GetAsync("s", 1), await DeleteAsync(new { experiment_id = _experiment, name = "s" }), await _client.Try3Async("GET", WireClientThree.Query("scorers/versions", ("experiment_id", _experiment), ("name", "s"))) })
        {
            Assert.Equal((HttpStatusCode.NotFound, "RESOURCE_DOES_NOT_EXIST"), (answer.Status, answer.ErrorCode));
            Assert.Contains("'s'", answer.Message, StringComparison.Ordinal);
        }

        await RegisterAsync("s", "{}");
        await DeleteAsync(new { experiment_id = _experiment, name = "s", version = 1 });
        Assert.Equal(HttpStatusCode.NotFound, (await GetAsync("s")).Status);
    }

    [Fact]
    public async Task Of_many_that_register_one_name_at_once_each_gets_a_number_of_its_own()
    {
        var versions = await Task.WhenAll(Enumerable.Range(0, 16).Select(async _ => (await RegisterAsync("parallel", "{}")).GetProperty("version").GetInt32()));

        Assert.Equal(Enumerable.Range(1, 16), versions.Order());
    }

    [Fact]
    public async Task A_scorer_goes_with_its_experiment_and_is_not_listed_while_that_is_deleted()
    {
        await RegisterAsync("purged", "{}");
        await _client.PostAsync("experiments/delete", new { experiment_id = _experiment });
        Assert.Empty((await ListAsync(("experiment_id", _experiment))).Each("scorers", "scorer_name"));
        Assert.Contains("must be in the 'active' state", (await TryRegisterAsync("other", "{}")).Message, StringComparison.Ordinal);
        server.Time.Advance(TimeSpan.FromDays(60));

        var purge = await _client.SendAsync(HttpMethod.Post, "/api/v1/purge", JsonSerializer.Serialize(new { experiments = new[] { _experiment } }));

        Assert.Equal(HttpStatusCode.OK, purge.Status);
        Assert.Equal(0, await server.Database.ReadAsync(
            connection => connection.ExecuteScalarAsync<long>("select count(*) from scorer_versions v where not exists (select 1 from scorers s where s.id = v.scorer)"), TestContext.Current.CancellationToken));
        Assert.Equal(HttpStatusCode.NotFound, (await GetAsync("purged")).Status);
    }

    [Theory]
    [InlineData("""{"name": "a", "serialized_scorer": "{}"}""", "'experiment_id'")]
    [InlineData("""{"experiment_id": "0", "serialized_scorer": "{}"}""", "'name'")]
    [InlineData("""{"experiment_id": "0", "name": " ", "serialized_scorer": "{}"}""", "not blank")]
    [InlineData("""{"experiment_id": "0", "name": "a"}""", "'serialized_scorer'")]
    [InlineData("""{"experiment_id": "0", "name": "a", "serialized_scorer": {}}""", "It is a text")]
    [InlineData("""{"experiment_id": "0", "name": "a", "serialized_scorer": "[]"}""", "object as JSON")]
    [InlineData("""{"experiment_id": "0", "name": "a", "serialized_scorer": "print('x')"}""", "wrong at line 1")]
    [InlineData("""{"experiment_id": "987654", "name": "a", "serialized_scorer": "{}"}""", "No Experiment with id=987654 exists")]
    public async Task What_cannot_be_registered_is_told_why(string fields, string said)
    {
        var answer = await _client.SendAsync(HttpMethod.Post, "/ajax-api/3.0/mlflow/scorers/register", fields);

        Assert.InRange((int)answer.Status, 400, 404);
        Assert.Contains(said, answer.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Texts_are_as_long_as_their_limits_and_no_longer()
    {
        foreach (var (length, status) in new[] { (-1, HttpStatusCode.OK), (0, HttpStatusCode.OK), (1, HttpStatusCode.BadRequest) })
        {
            Assert.Equal(status, (await TryRegisterAsync(new string('é', 256 + length), "{}")).Status);
            Assert.Equal(status, (await TryRegisterAsync("long", $$"""{"é":"{{new string('é', 500_000 - 8 + length)}}"}""")).Status);
        }

        Assert.Equal(2, (await ListAsync(("experiment_id", _experiment))).Each("scorers", "scorer_name").Count(name => name![0] == 'é'));
        Assert.Equal(["1", "2"], (await _client.Call3Async("GET", WireClientThree.Query("scorers/versions", ("experiment_id", _experiment), ("name", "long")))).Each("scorers", "scorer_version"));
    }

    private Task<JsonElement> ListAsync(params (string, object)[] query) => _client.Call3Async("GET", WireClientThree.Query("scorers/list", query));

    private Task<WireAnswer> GetAsync(string name, int? version = null)
    {
        (string, object)[] query = [("experiment_id", _experiment), ("name", name), .. version is { } number ? [("version", (object)number)] : Array.Empty<(string, object)>()];
        return _client.Try3Async("GET", WireClientThree.Query("scorers/get", query));
    }

    private Task<WireAnswer> DeleteAsync(object fields) => _client.Try3Async("DELETE", "scorers/delete", fields);

    private Task<WireAnswer> TryRegisterAsync(string name, string serialized) => _client.Try3Async("POST", "scorers/register", new { experiment_id = _experiment, name, serialized_scorer = serialized });

    private async Task<JsonElement> RegisterAsync(string name, string serialized) =>
        await TryRegisterAsync(name, serialized) is { Status: HttpStatusCode.OK } answer ? answer.Json : throw new InvalidOperationException("It was refused.");
}

public sealed class ScorerOnSqliteTests(TrackingServer server) : ScorerTests(server), IClassFixture<TrackingServer>;

public sealed class ScorerOnPostgreSqlTests(PostgreSqlTrackingServer server) : ScorerTests(server), IClassFixture<PostgreSqlTrackingServer>;
