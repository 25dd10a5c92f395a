using System.Net;
using System.Text.Json;

namespace Slipway.Develop.Tests.Tracking.Traces;

/// <summary>What is said of traces: told, read, tagged and deleted.</summary>
public abstract class TraceTests(TrackingServer server)
{
    private static readonly string[] Nobody = ["tr-none"];

    private readonly WireClient _client = server.Client;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_trace_is_answered_as_it_is_told_and_as_it_is_read()
    {
        var id = TraceClient.NewId();
        var told = await _client.CallAsync("POST", "traces", TraceClient.Told(id, others: new
        {
            client_request_id = "order 7",
            request_preview = "<b>hé</b>",
            response_preview = "42",
            request_time = TraceClient.Moment,
            execution_duration = "1.5s",
            state = "OK",
            trace_metadata = new { model = "m-1" },
            tags = new Dictionary<string, string> { ["mlflow.traceName"] = "answer" },
        }));

        Assert.Equal(
            $$$$$"""{"trace":{"trace_info":{"trace_id":"{{{{{id}}}}}","client_request_id":"order 7","trace_location":{"type":"MLFLOW_EXPERIMENT","mlflow_experiment":{"experiment_id":"0"}},"request_preview":"\u003Cb\u003Ehé\u003C/b\u003E","response_preview":"42","request_time":"2026-05-04T11:00:00.250Z","execution_duration":"1.500s","state":"OK","trace_metadata":{"model":"m-1"},"tags":{"mlflow.artifactLocation":"mlflow-artifacts:/0/traces/{{{{{id}}}}}/artifacts","mlflow.traceName":"answer"}}}}""",
            told.GetRawText());
        Assert.Equal(told.GetRawText(), (await _client.CallAsync("GET", $"traces/{id}")).GetRawText());
        Assert.Equal(told.GetRawText(), (await _client.CallAsync("GET", $"/ajax-api/3.0/mlflow/traces/{id}")).GetRawText());
    }

    [Fact]
    public async Task What_is_not_told_is_absent_and_the_time_is_now()
    {
        var info = await _client.TraceInfoAsync(await _client.StartTraceAsync());

        Assert.Equal(("2026-05-04T12:00:00Z", "STATE_UNSPECIFIED"), (info.GetProperty("request_time").GetString(), info.GetProperty("state").GetString()));
        Assert.False(info.TryGetProperty("execution_duration", out _) || info.TryGetProperty("request_preview", out _) || info.TryGetProperty("client_request_id", out _));
    }

    [Fact]
    public async Task Telling_a_trace_again_changes_what_is_told_and_keeps_the_rest()
    {
        var id = TraceClient.NewId();
        await _client.CallAsync("POST", "traces", TraceClient.Told(id, others: new { state = "IN_PROGRESS", request_time = TraceClient.Moment, request_preview = "in", tags = new { a = "1", b = "1" } }));
        await _client.CallAsync("POST", "traces", TraceClient.Told(id, others: new { state = "OK", response_preview = "out", tags = new { b = "2" } }));

        var info = await _client.TraceInfoAsync(id);
        Assert.Equal(("OK", "1", "2"), (info.GetProperty("state").GetString(), Tag(info, "a"), Tag(info, "b")));
        Assert.Equal(
            (TraceClient.Moment, "in", "out"), (info.GetProperty("request_time").GetString(), info.GetProperty("request_preview").GetString(), info.GetProperty("response_preview").GetString()));
    }

    [Fact]
    public async Task A_trace_stays_in_its_experiment_and_a_deleted_experiment_takes_none()
    {
        var (id, other) = (await _client.StartTraceAsync(), await _client.CreateExperimentAsync());

        var moved = await _client.TryAsync("POST", "traces", TraceClient.Told(id, other));
        await _client.PostAsync("experiments/delete", new { experiment_id = other });
        var late = await _client.TryAsync("POST", "traces", TraceClient.Told(TraceClient.NewId(), other));
        var nowhere = await _client.TryAsync("POST", "traces", TraceClient.Told(TraceClient.NewId(), "4711"));

        Assert.Equal(("INVALID_PARAMETER_VALUE", "INVALID_PARAMETER_VALUE", "RESOURCE_DOES_NOT_EXIST"), (moved.ErrorCode, late.ErrorCode, nowhere.ErrorCode));
        Assert.Contains($"is in experiment 0 and cannot be logged to experiment {other}", moved.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{}""", "'trace'")]
    [InlineData("""{"trace": []}""", "'trace'")]
    [InlineData("""{"trace": {"trace_info": {}}}""", "'trace.trace_info.trace_location'")]
    [InlineData("""{"trace": {"trace_info": {"trace_location": {"type": "INFERENCE_TABLE"}}}}""", "'trace.trace_info.trace_location.type'")]
    [InlineData("""{"trace": {"trace_info": {"trace_location": {"type": 1, "mlflow_experiment": {}}}}}""", "'trace.trace_info.trace_location.mlflow_experiment.experiment_id'")]
    [InlineData("""{"trace": {"trace_info": {LOCATION}}}""", "'trace.trace_info.trace_id'")]
    [InlineData("""{"trace": {"trace_info": {LOCATION, "trace_id": "../x"}}}""", "'trace.trace_info.trace_id'")]
    [InlineData("""{"trace": {"trace_info": {LOCATION, "trace_id": "<b>"}}}""", "'trace.trace_info.trace_id'")]
    [InlineData("""{"trace": {"trace_info": {LOCATION, "trace_id": "x\n"}}}""", "'trace.trace_info.trace_id'")]
    [InlineData("""{"trace": {"trace_info": {LOCATION, "trace_id": "x", "state": "DONE"}}}""", "STATE_UNSPECIFIED, OK, ERROR, IN_PROGRESS")]
    [InlineData("""{"trace": {"trace_info": {LOCATION, "trace_id": "x", "request_time": "yesterday"}}}""", "'trace.trace_info.request_time'")]
    [InlineData("""{"trace": {"trace_info": {LOCATION, "trace_id": "x", "request_time": "1969-12-31T23:59:59Z"}}}""", "'trace.trace_info.request_time'")]
    [InlineData("""{"trace": {"trace_info": {LOCATION, "trace_id": "x", "request_time": 5}}}""", "'trace.trace_info.request_time'")]
    [InlineData("""{"trace": {"trace_info": {LOCATION, "trace_id": "x", "execution_duration": "-1s"}}}""", "'trace.trace_info.execution_duration'")]
    [InlineData("""{"trace": {"trace_info": {LOCATION, "trace_id": "x", "execution_duration": "999999999999s"}}}""", "'trace.trace_info.execution_duration'")]
    [InlineData("""{"trace": {"trace_info": {LOCATION, "trace_id": "x", "tags": []}}}""", "'trace.trace_info.tags'")]
    [InlineData("""{"trace": {"trace_info": {LOCATION, "trace_id": "x", "tags": {"a": 1}}}}""", "'trace.trace_info.tags[a]'")]
    [InlineData("""{"trace": {"trace_info": {LOCATION, "trace_id": "x", "tags": {"": "1"}}}}""", "'trace.trace_info.tags' has an empty key")]
    [InlineData("""{"trace": {"trace_info": {LOCATION, "trace_id": "x", "tags": {"\ud800": "1"}}}}""", "not valid Unicode")]
    [InlineData("""{"trace": {"trace_info": {LOCATION, "trace_id": "x", "trace_metadata": {"a\u0000": "1"}}}}""", "U+0000")]
    public async Task A_mistake_is_a_sentence_with_the_field(string body, string message)
    {
        var answer = await _client.TryAsync("POST", "traces", body.Replace("LOCATION", "\"trace_location\": {\"mlflow_experiment\": {\"experiment_id\": \"0\"}}", StringComparison.Ordinal));

        Assert.Equal((HttpStatusCode.BadRequest, "INVALID_PARAMETER_VALUE"), (answer.Status, answer.ErrorCode));
        Assert.Contains(message, answer.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(250, 8000, true)]
    [InlineData(251, 1, false)]
    [InlineData(1, 8001, false)]
    public async Task Keys_have_250_characters_and_values_8000_by_whichever_way_they_come(int key, int value, bool taken)
    {
        var pair = new Dictionary<string, string> { [Wide(key)] = Wide(value) };
        var id = await _client.StartTraceAsync();

        Assert.Equal(taken, (await _client.TryAsync("POST", "traces", TraceClient.Told(TraceClient.NewId(), others: new { tags = pair }))).Status == HttpStatusCode.OK);
        Assert.Equal(taken, (await _client.TryAsync("POST", "traces", TraceClient.Told(TraceClient.NewId(), others: new { trace_metadata = pair }))).Status == HttpStatusCode.OK);
        Assert.Equal(taken, (await _client.TryAsync("PATCH", $"traces/{id}/tags", new { key = Wide(key), value = Wide(value) })).Status == HttpStatusCode.OK);
    }

    [Fact]
    public async Task An_id_has_at_most_50_characters_and_a_preview_is_cut()
    {
        var at = await _client.TryAsync("POST", "traces", TraceClient.Told(new string('a', 50), others: new { request_preview = Wide(10_001) }));
        var over = await _client.TryAsync("POST", "traces", TraceClient.Told(new string('a', 51)));

        var preview = at.Json.GetProperty("trace").GetProperty("trace_info").GetProperty("request_preview").GetString()!;
        Assert.EndsWith("😀...", preview, StringComparison.Ordinal);
        Assert.InRange(preview.Length, 9_990, 10_000);
        Assert.Contains("50 characters", over.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/api/3.0/mlflow/traces")]
    [InlineData("/ajax-api/2.0/mlflow/traces")]
    public async Task A_tag_is_set_changed_and_deleted_under_both_versions(string traces)
    {
        var id = await _client.StartTraceAsync();

        Assert.Equal("{}", (await _client.CallAsync("PATCH", $"{traces}/{id}/tags", new { key = "a <b> é.1", value = "one" })).GetRawText());
        await _client.CallAsync("PATCH", $"{traces}/{id}/tags", new { key = "a <b> é.1", value = "two" });
        Assert.Equal("two", Tag(await _client.TraceInfoAsync(id), "a <b> é.1"));

        await _client.CallAsync("DELETE", $"{traces}/{id}/tags", new { key = "a <b> é.1" });
        var again = await _client.TryAsync("DELETE", $"{traces}/{id}/tags?key=a", null);
        Assert.Equal((HttpStatusCode.NotFound, "RESOURCE_DOES_NOT_EXIST"), (again.Status, again.ErrorCode));
        Assert.Contains("'a'", again.Message, StringComparison.Ordinal);
        Assert.Contains("'key'", (await _client.TryAsync("DELETE", $"{traces}/{id}/tags", null)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GET", "traces/tr-none", null)]
    [InlineData("PATCH", "traces/tr-none/tags", """{"key": "a", "value": "b"}""")]
    [InlineData("DELETE", "traces/tr-none/tags", """{"key": "a"}""")]
    [InlineData("GET", "traces/tr-none/assessments/a-1", null)]
    [InlineData("DELETE", "traces/tr-none/assessments/a-1", null)]
    public async Task A_trace_that_is_not_there_is_not_found(string method, string path, string? body)
    {
        var answer = await _client.TryAsync(method, path, body);

        Assert.Equal((HttpStatusCode.NotFound, "RESOURCE_DOES_NOT_EXIST", "Trace with ID 'tr-none' not found."), (answer.Status, answer.ErrorCode, answer.Message));
    }

    [Fact]
    public async Task Several_traces_are_read_at_once_and_those_that_are_not_there_are_left_out()
    {
        var (first, second) = (await _client.StartTraceAsync(), await _client.StartTraceAsync());

        var found = await _client.CallAsync("POST", "traces/batchGetInfos", new { trace_ids = new[] { second, "tr-none", first, second } });

        Assert.Equal([second, first], found.GetProperty("trace_infos").EnumerateArray().Select(info => info.GetProperty("trace_id").GetString()!));
        Assert.Equal("{}", (await _client.CallAsync("POST", "traces/batchGetInfos", new { trace_ids = Nobody })).GetRawText());
        Assert.Contains("'trace_ids'", (await _client.TryAsync("POST", "traces/batchGetInfos", new { })).Message, StringComparison.Ordinal);
        Assert.Contains("at most 500", (await _client.TryAsync("POST", "traces/batchGetInfos", new { trace_ids = Enumerable.Repeat("x", 501) })).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_file_of_a_trace_lies_where_its_tag_says()
    {
        var id = await _client.StartTraceAsync();
        var location = Tag(await _client.TraceInfoAsync(id), "mlflow.artifactLocation");
        var file = $"/api/2.0/mlflow-artifacts/artifacts{location["mlflow-artifacts:".Length..]}/traces.json";

        await _client.SendAsync(HttpMethod.Put, file, """{"spans": []}""");

        Assert.Equal($"mlflow-artifacts:/0/traces/{id}/artifacts", location);
        Assert.Equal("""{"spans": []}""", (await _client.SendAsync(HttpMethod.Get, file, null)).Text);

        await _client.CallAsync("POST", "/api/2.0/mlflow/traces/delete-traces", new { experiment_id = "0", request_ids = new[] { id } });
        Assert.Equal(HttpStatusCode.NotFound, (await _client.SendAsync(HttpMethod.Get, file, null)).Status);
    }

    [Fact]
    public async Task A_change_and_its_audit_entry_are_there_together_and_a_refused_one_changes_nothing()
    {
        var id = await _client.StartTraceAsync();
        await _client.CallAsync("PATCH", $"traces/{id}/tags", new { key = "audited", value = "yes" });
        await _client.TryAsync("DELETE", $"traces/{id}/tags", new { key = "none" });

        var entries = (await server.Audit.ListAsync(1000, Cancel)).Where(entry => entry.Target == id).Select(entry => (entry.Action, entry.Outcome));
        Assert.Equal([("DeleteTraceTagV3", 404), ("SetTraceTagV3", 200), ("StartTraceV3", 200)], entries);
    }

    private static string Tag(JsonElement info, string key) => info.GetProperty("tags").GetProperty(key).GetString()!;

    // Each is one character, and two of UTF-16.
    private static string Wide(int length) => string.Concat(Enumerable.Repeat("😀", length));
}

public sealed class TraceOnSqliteTests(TrackingServer server) : TraceTests(server), IClassFixture<TrackingServer>;

public sealed class TraceOnPostgreSqlTests(PostgreSqlTrackingServer server) : TraceTests(server), IClassFixture<PostgreSqlTrackingServer>;
