using System.Net;
using System.Text.Json;

namespace Slipway.Develop.Tests.Tracking.EvaluationDatasets;

public abstract class EvaluationDatasetSearchTests(TrackingServer server) : IAsyncLifetime
{
    private readonly WireClient _client = server.Client;
    private string _experiment = "";

    public async ValueTask InitializeAsync()
    {
        // Each test has an experiment of its own.
        _experiment = await _client.CreateExperimentAsync();
        foreach (var (name, team) in new[] { ("alpha", "a"), ("Beta", "b"), ("größe", "a") })
        {
            await _client.Call3Async("POST", "datasets/create", new { name, tags = JsonSerializer.Serialize(new { team, mine = _experiment }), experiment_ids = new[] { _experiment } });
            server.Time.Advance(TimeSpan.FromSeconds(1));
        }
    }

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    [Theory]
    [InlineData("", "größe,Beta,alpha")]
    [InlineData("name = 'alpha'", "alpha")]
    [InlineData("name != 'alpha'", "größe,Beta")]
    [InlineData("name LIKE '%e%'", "größe,Beta")]
    [InlineData("name ILIKE 'b%'", "Beta")]
    [InlineData("name IN ('Beta', 'größe') and tags.team = 'a'", "größe")]
    [InlineData("tags.`team` = 'a'", "größe,alpha")]
    [InlineData("created_by = 'local' and created_time > 0", "größe,Beta,alpha")]
    [InlineData("last_update_time < 5", "")]
    [InlineData("tags.none IS NULL", "größe,Beta,alpha")]
    public async Task Filters_find_what_they_say(string filter, string names) =>
        Assert.Equal(names, string.Join(',', await SearchAsync(new { experiment_ids = new[] { _experiment }, filter_string = filter })));

    [Fact]
    public async Task An_order_is_kept_and_experiments_limit_what_is_found()
    {
        var other = await _client.CreateExperimentAsync();

        Assert.Equal(["Beta", "alpha", "größe"], await SearchAsync(new { experiment_ids = new[] { _experiment }, order_by = WireClientThree.List("name ASC") }));
        Assert.Equal(["alpha", "Beta", "größe"], await SearchAsync(new { experiment_ids = new[] { _experiment, other }, order_by = WireClientThree.List("created_time") }));
        Assert.Empty(await SearchAsync(new { experiment_ids = new[] { other } }));
        Assert.Empty(await SearchAsync(new { experiment_ids = WireClientThree.List("1) or (1=1") }));
        Assert.Equal(3, (await SearchAsync(new { filter_string = $"tags.mine = '{_experiment}'" })).Count);
        var byQuery = await _client.Call3Async("GET", WireClientThree.Query("datasets/search", ("experiment_ids", _experiment), ("max_results", 1)));
        Assert.Equal(["größe"], byQuery.Each("datasets", "name"));
    }

    [Fact]
    public async Task Pages_go_on_where_the_last_ended_and_a_token_is_of_its_own_search()
    {
        var first = await _client.Call3Async("POST", "datasets/search", new { experiment_ids = new[] { _experiment }, max_results = 2 });
        var token = first.Text("next_page_token")!;
        var second = await _client.Call3Async("POST", "datasets/search", new { experiment_ids = new[] { _experiment }, max_results = 2, page_token = token });

        Assert.Equal(["größe", "Beta", "alpha"], [.. first.Each("datasets", "name"), .. second.Each("datasets", "name")]);
        Assert.False(second.TryGetProperty("next_page_token", out _));
        foreach (var fields in new object[]
        {
            new { page_token = token }, new { experiment_ids = WireClientThree.List("0"), page_token = token }, new { experiment_ids = new[] { _experiment }, filter_string = "name = 'a'", page_token = token },
            new { experiment_ids = new[] { _experiment }, order_by = WireClientThree.List("name"), page_token = token }, new { page_token = "nonsense" },
        })
        {
            Assert.Contains("page token", (await _client.Try3Async("POST", "datasets/search", fields)).Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("""{"filter_string": "colour = 'red'"}""", "colour")]
    [InlineData("""{"filter_string": "name = "}""", "expected a quoted string")]
    [InlineData("""{"filter_string": "metrics.a > 1"}""", "Invalid entity type")]
    [InlineData("""{"order_by": ["colour"]}""", "colour")]
    [InlineData("""{"max_results": 1001}""", "between 1 and 1000")]
    [InlineData("""{"max_results": 0}""", "between 1 and 1000")]
    public async Task What_cannot_be_searched_is_told_why(string fields, string said)
    {
        var answer = await _client.SendAsync(HttpMethod.Post, "/api/3.0/mlflow/datasets/search", fields);

        Assert.Equal((HttpStatusCode.BadRequest, "INVALID_PARAMETER_VALUE"), (answer.Status, answer.ErrorCode));
        Assert.Contains(said, answer.Message, StringComparison.Ordinal);
    }

    private async Task<IReadOnlyList<string?>> SearchAsync(object fields) => (await _client.Call3Async("POST", "datasets/search", fields)).Each("datasets", "name");
}

public sealed class EvaluationDatasetSearchOnSqliteTests(TrackingServer server) : EvaluationDatasetSearchTests(server), IClassFixture<TrackingServer>;

public sealed class EvaluationDatasetSearchOnPostgreSqlTests(PostgreSqlTrackingServer server) : EvaluationDatasetSearchTests(server), IClassFixture<PostgreSqlTrackingServer>;
