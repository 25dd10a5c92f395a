using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Slipway.Develop.Tests.Tracking.Traces;

/// <summary>Figures over traces, spans and assessments, against numbers that can be counted by hand.</summary>
public abstract class TraceFigureTests(TrackingServer server) : IAsyncLifetime
{
    private readonly WireClient _client = server.Client;
    private string _experiment = "";

    public async ValueTask InitializeAsync()
    {
        _experiment = await _client.CreateExperimentAsync();

        // Minutes 0, 0, 1 and 1 of the hour; the last goes on, and has no name.
        await AddAsync("11:00:01", "0.100", "OK", "chat", """{"input_tokens": 10, "output_tokens": 5, "total_tokens": 15}""", "s1");
        await AddAsync("11:00:59", "0.300", "OK", "chat", """{"input_tokens": 20, "output_tokens": 6.5}""", "s1");
        await AddAsync("11:01:00", "0.200", "ERROR", "search", "no JSON", "s2");
        await AddAsync("11:01:30", null, "IN_PROGRESS", null, null, null);
    }

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Traces_are_counted_by_minute_and_status()
    {
        var points = await AskAsync("TRACES", "trace_count", ["COUNT"], new { dimensions = WireTexts("trace_status"), time_interval_seconds = "60", start_time_ms = At("11:00:00"), end_time_ms = At("12:00:00") });

        Assert.Equal(
            ["trace_status=OK,time_bucket=2026-05-04T11:00:00+00:00 COUNT=2", "trace_status=ERROR,time_bucket=2026-05-04T11:01:00+00:00 COUNT=1", "trace_status=IN_PROGRESS,time_bucket=2026-05-04T11:01:00+00:00 COUNT=1"],
            points);
    }

    [Fact]
    public async Task Latencies_have_averages_and_percentiles_between_their_values()
    {
        var points = await AskAsync("TRACES", "latency", ["AVG", "MIN", "MAX", "SUM", "COUNT", "P0", "P50", "P75", "P99.5", "P100"]);

        Assert.Equal([" AVG=200,MIN=100,MAX=300,SUM=600,COUNT=3,P0.0=100,P50.0=200,P75.0=250,P99.5=299,P100.0=300"], points);
        Assert.Equal(["trace_name=chat P50.0=200", "trace_name=search P50.0=200"], await AskAsync("TRACES", "latency", ["P50"], new { dimensions = WireTexts("trace_name") }));
    }

    [Fact]
    public async Task Tokens_are_those_that_clients_told()
    {
        Assert.Equal([" SUM=30,AVG=15,P50.0=15"], await AskAsync("TRACES", "input_tokens", ["SUM", "AVG", "P50"]));
        Assert.Equal(["trace_name=chat SUM=11.5"], (await AskAsync("TRACES", "output_tokens", ["SUM"], new { dimensions = WireTexts("trace_name") })));
        Assert.Equal([" SUM=15,COUNT=1"], await AskAsync("TRACES", "total_tokens", ["SUM", "COUNT"]));
        Assert.Empty(await AskAsync("TRACES", "cache_read_input_tokens", ["SUM"]));
        Assert.Equal([" COUNT=2"], await AskAsync("TRACES", "session_count", ["COUNT"]));
    }

    [Theory]
    [InlineData("trace.status = 'OK'", 2)]
    [InlineData("trace.tag.mlflow.traceName = 'search'", 1)]
    [InlineData("trace.metadata.`mlflow.trace.session` = 's1'", 2)]
    [InlineData("name = 'chat' and status != 'ERROR'", 2)]
    [InlineData("execution_time_ms > 150", 2)]
    [InlineData("tags.none = 'x'", 0)]
    public async Task Filters_of_the_search_hold_and_nothing_is_counted_as_none(string filter, int count) =>
        Assert.Equal([$" COUNT={count}"], await AskAsync("TRACES", "trace_count", ["COUNT"], new { filters = WireTexts(filter) }));

    [Fact]
    public async Task Several_filters_and_the_time_of_traces_hold_together()
    {
        Assert.Equal([" COUNT=1"], await AskAsync("TRACES", "trace_count", ["COUNT"], new { filters = WireTexts("trace.status = 'OK'", "execution_time_ms < 200") }));
        Assert.Equal([" COUNT=2"], await AskAsync("TRACES", "trace_count", ["COUNT"], new { start_time_ms = At("11:00:59"), end_time_ms = At("11:01:00") }));
        Assert.Equal([" COUNT=0"], await AskAsync("TRACES", "trace_count", ["COUNT"], new { end_time_ms = At("11:00:00") }));
    }

    [Fact]
    public async Task Spans_are_measured_by_what_they_are()
    {
        using var otlp = new OtlpWire(server.Address);
        var trace = OtlpWire.NewTraceId();
        var spans = Enumerable.Range(1, 4).Select(i =>
        {
            var span = OtlpWire.Span(trace, (byte)i, parent: (byte)(i == 1 ? 0 : 1), name: i < 3 ? "plan" : "call", ("mlflow.spanType", OtlpWire.Text(i < 3 ? "\"AGENT\"" : "\"LLM\"")));
            span.EndTimeUnixNano = span.StartTimeUnixNano + (ulong)(i * 10_500_000);
            return span;
        });
        await otlp.ExportAsync(_experiment, [.. spans]);

        Assert.Equal(["span_type=AGENT,span_name=plan COUNT=2", "span_type=LLM,span_name=call COUNT=2"], await AskAsync("SPANS", "span_count", ["COUNT"], new { dimensions = WireTexts("span_type", "span_name") }));
        Assert.Equal(["span_name=call AVG=36.75,P50.0=36.75,MAX=42", "span_name=plan AVG=15.75,P50.0=15.75,MAX=21"], await AskAsync("SPANS", "latency", ["AVG", "P50", "MAX"], new { dimensions = WireTexts("span_name") }));
        Assert.Equal([" COUNT=2"], await AskAsync("SPANS", "span_count", ["COUNT"], new { filters = WireTexts("span.type = 'LLM'", "trace.status = 'OK'") }));
        Assert.Equal([" COUNT=0"], await AskAsync("SPANS", "span_count", ["COUNT"], new { filters = WireTexts("trace.status = 'ERROR'") }));
    }

    [Fact]
    public async Task Assessments_are_numbers_where_they_say_numbers_yes_or_no()
    {
        var trace = await _client.StartTraceAsync(_experiment);
        foreach (var (name, value) in new (string, object)[] { ("relevance", "yes"), ("relevance", "no"), ("relevance", true), ("score", 0.5), ("score", 2), ("score", "high") })
        {
            await AssessAsync(trace, name, new { feedback = new { value } });
        }

        await AssessAsync(trace, "answer", new { expectation = new { value = "42" } });

        var byName = new { dimensions = WireTexts("assessment_name") };
        Assert.Equal(["assessment_name=answer COUNT=1", "assessment_name=relevance COUNT=3", "assessment_name=score COUNT=3"], await AskAsync("ASSESSMENTS", "assessment_count", ["COUNT"], byName));
        Assert.Equal(
            ["assessment_name=answer AVG=42,COUNT=1", "assessment_name=relevance AVG=0.6666666666666666,COUNT=3", "assessment_name=score AVG=1.25,COUNT=2"],
            await AskAsync("ASSESSMENTS", "assessment_value", ["AVG", "COUNT"], byName));
        Assert.Equal([" COUNT=6"], await AskAsync("ASSESSMENTS", "assessment_count", ["COUNT"], new { filters = WireTexts("assessment.type = 'feedback'") }));
        Assert.Equal(["assessment_value=yes COUNT=1"], await AskAsync("ASSESSMENTS", "assessment_count", ["COUNT"], new { dimensions = WireTexts("assessment_value"), filters = WireTexts("assessment.name = 'relevance'") }, "yes"));
    }

    [Fact]
    public async Task Pages_have_as_many_points_as_are_asked_for_and_a_token_belongs_to_its_question()
    {
        var question = new { dimensions = WireTexts("trace_status"), max_results = 2 };
        var first = await PostAsync("TRACES", "trace_count", ["COUNT"], question);
        var token = first.GetProperty("next_page_token").GetString();
        var second = await PostAsync("TRACES", "trace_count", ["COUNT"], WireClient.With(question, ("page_token", token)));

        Assert.Equal(["trace_status=ERROR COUNT=1", "trace_status=IN_PROGRESS COUNT=1"], Lines(first));
        Assert.Equal(["trace_status=OK COUNT=2"], Lines(second));
        Assert.False(second.TryGetProperty("next_page_token", out _));
        var other = await _client.TryAsync("POST", "traces/metrics", Question("TRACES", "latency", ["AVG"], WireClient.With(question, ("page_token", token))));
        Assert.Contains("not one of this search", other.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"experiment_ids": []}""", "'experiment_ids'")]
    [InlineData("""{"view_type": "RUNS"}""", "It is one of TRACES, SPANS, ASSESSMENTS.")]
    [InlineData("""{"view_type": null}""", "'view_type'")]
    [InlineData("""{"metric_name": "latencies"}""", "Did you mean 'latency'?")]
    [InlineData("""{"aggregations": []}""", "'aggregations'")]
    [InlineData("""{"aggregations": [{"aggregation_type": "MEDIAN"}]}""", "'aggregations[0].aggregation_type'")]
    [InlineData("""{"aggregations": [{"aggregation_type": "PERCENTILE"}]}""", "'aggregations[0].percentile_value'")]
    [InlineData("""{"aggregations": [{"aggregation_type": "PERCENTILE", "percentile_value": 100.5}]}""", "from 0 to 100")]
    [InlineData("""{"aggregations": [{"aggregation_type": "PERCENTILE", "percentile_value": "NaN"}]}""", "from 0 to 100")]
    [InlineData("""{"metric_name": "trace_count", "aggregations": [{"aggregation_type": "AVG"}]}""", "'trace_count' is a count")]
    [InlineData("""{"dimensions": ["span_name"]}""", "'trace_name', 'trace_status'")]
    [InlineData("""{"filters": ["trace.status = 'OK' or name = 'x'"]}""", "position 21")]
    [InlineData("""{"filters": ["trace.tag.x = 5"]}""", "position 15")]
    [InlineData("""{"filters": ["span.name = 'x'"]}""", "Invalid entity type 'span'")]
    [InlineData("""{"time_interval_seconds": 60}""", "start_time_ms and end_time_ms are required")]
    [InlineData("""{"time_interval_seconds": 0, "start_time_ms": 0, "end_time_ms": 1}""", "'time_interval_seconds'")]
    [InlineData("""{"start_time_ms": 5, "end_time_ms": 4}""", "not before start_time_ms")]
    [InlineData("""{"start_time_ms": -1}""", "'start_time_ms'")]
    [InlineData("""{"max_results": 0}""", "between 1 and 10000")]
    [InlineData("""{"page_token": "x"}""", "page token")]
    public async Task A_mistake_is_a_sentence_with_its_field(string others, string message)
    {
        var body = Question("TRACES", "latency", ["AVG"], null);
        foreach (var (name, value) in JsonNode.Parse(others)!.AsObject())
        {
            body[name] = value?.DeepClone();
        }

        var answer = await _client.TryAsync("POST", "traces/metrics", body);

        Assert.Equal("INVALID_PARAMETER_VALUE", answer.ErrorCode);
        Assert.Contains(message, answer.Message, StringComparison.Ordinal);
    }

    private static long At(string time) => DateTimeOffset.Parse($"2026-05-04T{time}Z", CultureInfo.InvariantCulture).ToUnixTimeMilliseconds();

    private static string[] WireTexts(params string[] texts) => texts;

    private static IReadOnlyList<string> Lines(JsonElement answer) => answer.TryGetProperty("data_points", out var points)
        ? [.. points.EnumerateArray().Select(point => $"{Members(point.GetProperty("dimensions"))} {Members(point.GetProperty("values"))}")]
        : [];

    // The bucket is told first, and last here, where it is rarely of interest.
    private static string Members(JsonElement element) => string.Join(',', element.EnumerateObject().OrderBy(member => member.Name == "time_bucket").Select(member => $"{member.Name}={member.Value}"));

    private async Task<IReadOnlyList<string>> AskAsync(string view, string metric, string[] aggregations, object? others = null, string? only = null) =>
        [.. Lines(await PostAsync(view, metric, aggregations, others)).Where(line => only is null || line.Contains($"={only} ", StringComparison.Ordinal))];

    private Task<JsonElement> PostAsync(string view, string metric, string[] aggregations, object? others) => _client.CallAsync("POST", "traces/metrics", Question(view, metric, aggregations, others));

    private JsonObject Question(string view, string metric, string[] aggregations, object? others) => WireClient.With(
        others ?? new { },
        ("experiment_ids", new JsonArray(_experiment)),
        ("view_type", view),
        ("metric_name", metric),
        ("aggregations", new JsonArray([.. aggregations.Select(name => name[0] == 'P'
            ? new JsonObject { ["aggregation_type"] = "PERCENTILE", ["percentile_value"] = double.Parse(name[1..], CultureInfo.InvariantCulture) }
            : new JsonObject { ["aggregation_type"] = name })])));

    private Task<string> AddAsync(string time, string? seconds, string state, string? name, string? usage, string? session)
    {
        var tags = name is null ? [] : new Dictionary<string, string> { ["mlflow.traceName"] = name };
        var metadata = new Dictionary<string, string>();
        if (usage is not null)
        {
            (metadata["mlflow.trace.tokenUsage"], metadata["mlflow.trace.session"]) = (usage, session!);
        }

        return _client.StartTraceAsync(_experiment, new { request_time = $"2026-05-04T{time}Z", execution_duration = seconds is null ? null : $"{seconds}s", state, tags, trace_metadata = metadata });
    }

    private Task<JsonElement> AssessAsync(string trace, string name, object value) => _client.CallAsync(
        "POST",
        $"traces/{trace}/assessments",
        new { assessment = WireClient.With(value, ("assessment_name", name), ("source", new JsonObject { ["source_type"] = "HUMAN", ["source_id"] = "ann" })) });
}

public sealed class TraceFigureOnSqliteTests(TrackingServer server) : TraceFigureTests(server), IClassFixture<TrackingServer>;

public sealed class TraceFigureOnPostgreSqlTests(PostgreSqlTrackingServer server) : TraceFigureTests(server), IClassFixture<PostgreSqlTrackingServer>;
