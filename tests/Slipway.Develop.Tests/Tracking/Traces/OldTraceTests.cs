using System.Net;

namespace Slipway.Develop.Tests.Tracking.Traces;

/// <summary>Version 2 of the interface: the same traces in another form.</summary>
public sealed class OldTraceTests(TrackingServer server) : IClassFixture<TrackingServer>
{
    private const string Traces = "/api/2.0/mlflow/traces";

    private readonly WireClient _client = server.Client;

    [Fact]
    public async Task A_trace_is_started_ended_and_read_in_both_forms()
    {
        var started = (await _client.CallAsync("POST", Traces, new
        {
            experiment_id = "0",
            timestamp_ms = "1777892400250",
            request_metadata = new[] { new { key = "mlflow.traceInputs", value = "<in>" } },
            tags = new[] { new { key = "mlflow.traceName", value = "old" } },
        })).GetProperty("trace_info");
        var id = started.GetProperty("request_id").GetString()!;
        Assert.Matches("^tr-[0-9a-f]{32}$", id);
        Assert.Equal(("IN_PROGRESS", false), (started.GetProperty("status").GetString(), started.TryGetProperty("execution_time_ms", out _)));

        var ended = await _client.CallAsync("PATCH", $"{Traces}/{id}", new
        {
            request_id = id,
            timestamp_ms = 1_777_892_401_750,
            status = "OK",
            request_metadata = new[] { new { key = "mlflow.traceOutputs", value = "out" } },
            tags = new[] { new { key = "later", value = "1" } },
        });

        Assert.Equal(
            $$$$$"""{"trace_info":{"request_id":"{{{{{id}}}}}","experiment_id":"0","timestamp_ms":1777892400250,"execution_time_ms":1500,"status":"OK","request_metadata":[{"key":"mlflow.traceInputs","value":"\u003Cin\u003E"},{"key":"mlflow.traceOutputs","value":"out"}],"tags":[{"key":"later","value":"1"},{"key":"mlflow.artifactLocation","value":"mlflow-artifacts:/0/traces/{{{{{id}}}}}/artifacts"},{"key":"mlflow.traceName","value":"old"}]}}""",
            ended.GetRawText());
        Assert.Equal(ended.GetRawText(), (await _client.CallAsync("GET", $"/ajax-api/2.0/mlflow/traces/{id}/info")).GetRawText());
        var info = await _client.TraceInfoAsync(id);
        Assert.Equal(
            ("OK", "2026-05-04T11:00:00.250Z", "1.500s", "<in>", "out"),
            (info.GetProperty("state").GetString(), info.GetProperty("request_time").GetString(), info.GetProperty("execution_duration").GetString(), info.GetProperty("request_preview").GetString(), info.GetProperty("response_preview").GetString()));
    }

    [Fact]
    public async Task A_trace_of_version_3_is_read_in_the_old_form_with_short_previews()
    {
        var id = await _client.StartTraceAsync(others: new { request_preview = new string('x', 300), trace_metadata = new { a = "1" } });

        var info = (await _client.CallAsync("GET", $"{Traces}/{id}/info")).GetProperty("trace_info");

        Assert.Equal("TRACE_STATUS_UNSPECIFIED", info.GetProperty("status").GetString());
        Assert.Equal(
            [("a", "1"), ("mlflow.traceInputs", $"{new string('x', 247)}...")],
            info.GetProperty("request_metadata").EnumerateArray().Select(pair => (pair.GetProperty("key").GetString()!, pair.GetProperty("value").GetString()!)));
    }

    [Fact]
    public async Task A_search_asks_by_the_query_and_has_pages()
    {
        var experiment = await _client.CreateExperimentAsync();
        var ids = new List<string>();
        foreach (var moment in new[] { 1, 3, 2 })
        {
            ids.Add((await _client.CallAsync("POST", Traces, new { experiment_id = experiment, timestamp_ms = moment })).GetProperty("trace_info").GetProperty("request_id").GetString()!);
        }

        var query = $"{Traces}?experiment_ids=0&experiment_ids={experiment}&filter={Uri.EscapeDataString("timestamp_ms > 1 and timestamp_ms < 4")}&order_by={Uri.EscapeDataString("timestamp_ms ASC")}&max_results=1";
        var first = await _client.CallAsync("GET", query);
        var second = await _client.CallAsync("GET", $"{query}&page_token={first.GetProperty("next_page_token").GetString()}");

        Assert.Equal(ids[2], first.GetProperty("traces")[0].GetProperty("request_id").GetString());
        Assert.Equal((ids[1], false), (second.GetProperty("traces")[0].GetProperty("request_id").GetString(), second.TryGetProperty("next_page_token", out _)));
    }

    [Theory]
    [InlineData("POST", "", """{}""", "'experiment_id'")]
    [InlineData("POST", "", """{"experiment_id": "0", "timestamp_ms": -1}""", "'timestamp_ms'")]
    [InlineData("POST", "", """{"experiment_id": "0", "timestamp_ms": 253402300800000}""", "'timestamp_ms'")]
    [InlineData("POST", "", """{"experiment_id": "0", "tags": [{"value": "a"}]}""", "'tags[0].key'")]
    [InlineData("POST", "", """{"experiment_id": "0", "request_metadata": [{"key": "LONG"}]}""", "'request_metadata[0].key'")]
    [InlineData("PATCH", "/ID", """{"timestamp_ms": 1, "status": "OK"}""", "'timestamp_ms'")]
    [InlineData("PATCH", "/ID", """{"status": "DONE"}""", "TRACE_STATUS_UNSPECIFIED, OK, ERROR, IN_PROGRESS")]
    [InlineData("GET", "", null, "'experiment_ids'")]
    [InlineData("GET", "?experiment_ids=0&max_results=501", null, "between 1 and 500")]
    public async Task A_mistake_is_a_sentence_with_the_field(string method, string path, string? body, string message)
    {
        var answer = await _client.TryAsync(
            method,
            Traces + path.Replace("ID", await _client.StartTraceAsync(), StringComparison.Ordinal),
            body?.Replace("LONG", new string('k', 251), StringComparison.Ordinal));

        Assert.Equal((HttpStatusCode.BadRequest, "INVALID_PARAMETER_VALUE"), (answer.Status, answer.ErrorCode));
        Assert.Contains(message, answer.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_trace_that_is_not_there_cannot_be_ended_and_one_is_not_started_nowhere()
    {
        Assert.Equal("RESOURCE_DOES_NOT_EXIST", (await _client.TryAsync("PATCH", $"{Traces}/none", new { status = "OK" })).ErrorCode);
        Assert.Equal("RESOURCE_DOES_NOT_EXIST", (await _client.TryAsync("GET", $"{Traces}/none/info")).ErrorCode);
        Assert.Equal("RESOURCE_DOES_NOT_EXIST", (await _client.TryAsync("POST", Traces, new { experiment_id = "4711" })).ErrorCode);
    }
}
