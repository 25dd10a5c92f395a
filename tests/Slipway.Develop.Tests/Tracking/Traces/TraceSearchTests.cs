using System.Globalization;

namespace Slipway.Develop.Tests.Tracking.Traces;

/// <summary>Three traces, one letter each, and what finds them.</summary>
public abstract class TraceSearchTests(TrackingServer server) : IAsyncLifetime
{
    private readonly WireClient _client = server.Client;
    private readonly Dictionary<string, char> _letters = [];
    private string _experiment = "";

    public async ValueTask InitializeAsync()
    {
        _experiment = await _client.CreateExperimentAsync();
        _letters[await _client.StartTraceAsync(_experiment, new
        {
            client_request_id = "one",
            request_time = "2026-05-04T11:00:01Z",
            execution_duration = "0.1s",
            state = "OK",
            tags = new Dictionary<string, string> { ["mlflow.traceName"] = "chat", ["deep.key"] = "x" },
            trace_metadata = new Dictionary<string, string> { ["mlflow.sourceRun"] = "run-1" },
        })] = 'a';
        _letters[await _client.StartTraceAsync(_experiment, new
        {
            client_request_id = "two",
            request_time = "2026-05-04T11:00:02Z",
            execution_duration = "0.3s",
            state = "ERROR",
            tags = new Dictionary<string, string> { ["mlflow.traceName"] = "Chat <b>" },
            trace_metadata = new Dictionary<string, string> { ["user name"] = "Zoë" },
        })] = 'b';
        _letters[await _client.StartTraceAsync(_experiment, new { request_time = "2026-05-04T11:00:03Z", state = "IN_PROGRESS" })] = 'c';
        await AssessAsync('a', "relevance", new { value = "yes" });
        await AssessAsync('b', "relevance", new { value = "no" });
        await AssessAsync('b', "score", new { value = 0.5 });
    }

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    [Theory]
    [InlineData(null, "cba")]
    [InlineData("timestamp_ms >= 1777892402000", "cb")]
    [InlineData("trace.timestamp < 1777892402000", "a")]
    [InlineData("execution_time_ms > 100", "b")]
    [InlineData("attributes.execution_time <= 100", "a")]
    [InlineData("execution_time_ms IS NULL", "c")]
    [InlineData("end_time_ms = 1777892402300", "b")]
    [InlineData("trace.status = 'OK'", "a")]
    [InlineData("status IN ('OK', 'ERROR')", "ba")]
    [InlineData("attribute.name = 'chat'", "a")]
    [InlineData("name ILIKE 'chat%'", "ba")]
    [InlineData("attribute.run_id = 'run-1'", "a")]
    [InlineData("client_request_id = 'two'", "b")]
    [InlineData("client_request_id != 'two'", "a")]
    [InlineData("client_request_id IS NULL", "c")]
    [InlineData("tags.`deep.key` = 'x'", "a")]
    [InlineData("tag.deep.key = 'x'", "a")]
    [InlineData("request_metadata.`user name` = 'Zoë'", "b")]
    [InlineData("metadata.\"user name\" LIKE 'Zo_'", "b")]
    [InlineData("request_metadata.`mlflow.sourceRun` = 'run-1' AND trace.status = 'OK'", "a")]
    [InlineData("feedback.relevance = 'yes'", "a")]
    [InlineData("feedback.relevance IS NOT NULL", "ba")]
    [InlineData("feedback.score = '0.5' AND feedback.relevance = 'no'", "b")]
    [InlineData("expectation.relevance IS NOT NULL", "")]
    [InlineData("name = 'it''s' AND status = 'OK'", "")]
    public async Task A_filter_finds_the_newest_first(string? filter, string expected) => Assert.Equal(expected, await FindAsync(filter));

    [Theory]
    [InlineData("timestamp_ms ASC", "abc")]
    [InlineData("execution_time_ms DESC", "bac")]
    [InlineData("attributes.name", "bac")]
    [InlineData("status DESC", "acb")]
    [InlineData("tags.`deep.key`", "acb")]
    [InlineData("client_request_id", "abc")]
    public async Task An_order_puts_what_is_lacking_last_whatever_the_size_of_pages(string order, string expected)
    {
        Assert.Equal(expected, await FindAsync(null, order));

        var (found, token) = ("", (string?)null);
        do
        {
            (var ids, token) = await _client.SearchTracesAsync(_experiment, null, new { order_by = new[] { order }, max_results = 1, page_token = token });
            found += string.Concat(ids.Select(id => _letters[id]));
        }
        while (token is not null);

        Assert.Equal(expected, found);
    }

    [Theory]
    [InlineData("""{}""", "'locations'")]
    [InlineData("""{"locations": [{}]}""", "'locations[0].mlflow_experiment'")]
    [InlineData("""{"locations": [{"type": "INFERENCE_TABLE"}]}""", "'locations[0].type'")]
    [InlineData("""{"locations": [HERE], "max_results": 501}""", "between 1 and 500")]
    [InlineData("""{"locations": [HERE], "max_results": 0}""", "between 1 and 500")]
    [InlineData("""{"locations": [HERE], "filter": "run.status = 'OK'"}""", "position 1")]
    [InlineData("""{"locations": [HERE], "filter": "metrics.a = 1"}""", "'metrics'")]
    [InlineData("""{"locations": [HERE], "filter": "status = 'OK' or status = 'ERROR'"}""", "position 15")]
    [InlineData("""{"locations": [HERE], "filter": "statsu = 'OK'"}""", "'status'")]
    [InlineData("""{"locations": [HERE], "filter": "span.colour = 'OK'"}""", "'name', 'type', 'status'")]
    [InlineData("""{"locations": [HERE], "filter": "name = 5"}""", "quoted string")]
    [InlineData("""{"locations": [HERE], "order_by": ["feedback.score"]}""", "gives no order")]
    [InlineData("""{"locations": [HERE], "page_token": "x"}""", "page token")]
    public async Task A_mistake_is_a_sentence_with_its_place(string body, string message)
    {
        var answer = await _client.TryAsync("POST", "traces/search", body.Replace("HERE", """{"type": 1, "mlflow_experiment": {"experiment_id": "0"}}""", StringComparison.Ordinal));

        Assert.Equal("INVALID_PARAMETER_VALUE", answer.ErrorCode);
        Assert.Contains(message, answer.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_belongs_to_its_search()
    {
        var token = (await _client.SearchTracesAsync(_experiment, null, new { max_results = 1 })).Token;
        var other = await _client.TryAsync("POST", "traces/search", new { locations = new[] { TraceClient.Location(_experiment) }, filter = "status = 'OK'", page_token = token });

        Assert.Contains("not one of this search", other.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Traces_of_other_experiments_are_not_found_and_a_page_has_a_hundred()
    {
        var (empty, full) = (await _client.CreateExperimentAsync(), await _client.CreateExperimentAsync());
        const string Add = """
            insert into traces (trace_id, experiment, request_time, state, is_told)
            with recursive n(i) as (select 1 union all select i + 1 from n where i < 600) select @full || '-' || i, @full, i, 'OK', 1 from n
            """;
        await server.Database.WriteAsync(transaction => transaction.ExecuteAsync(Add, new { full = long.Parse(full, CultureInfo.InvariantCulture) }), TestContext.Current.CancellationToken);

        Assert.Empty((await _client.SearchTracesAsync(empty)).Ids);
        Assert.Equal(100, (await _client.SearchTracesAsync(full)).Ids.Count);
        var (first, token) = await _client.SearchTracesAsync(full, null, new { max_results = 500 });
        Assert.Equal((500, 100), (first.Count, (await _client.SearchTracesAsync(full, null, new { max_results = 500, page_token = token })).Ids.Count));
    }

    private async Task<string> FindAsync(string? filter, params string[] orderBy) =>
        string.Concat((await _client.SearchTracesAsync(_experiment, filter, new { order_by = orderBy })).Ids.Select(id => _letters[id]));

    private Task<System.Text.Json.JsonElement> AssessAsync(char letter, string name, object feedback) => _client.CallAsync(
        "POST",
        $"traces/{_letters.Single(pair => pair.Value == letter).Key}/assessments",
        new { assessment = new { assessment_name = name, source = new { source_type = "HUMAN", source_id = "ann" }, feedback } });
}

public sealed class TraceSearchOnSqliteTests(TrackingServer server) : TraceSearchTests(server), IClassFixture<TrackingServer>;

public sealed class TraceSearchOnPostgreSqlTests(PostgreSqlTrackingServer server) : TraceSearchTests(server), IClassFixture<PostgreSqlTrackingServer>;
