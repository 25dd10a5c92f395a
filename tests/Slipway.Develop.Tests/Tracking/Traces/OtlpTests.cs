using System.Net;
using System.Text;
using System.Text.Json;
using Google.Protobuf;
using Slipway.Tracking.Traces.Otlp.Protos;

namespace Slipway.Develop.Tests.Tracking.Traces;

/// <summary>Spans by OpenTelemetry's protocol, and what they show of their trace.</summary>
public sealed class OtlpTests(TrackingServer server) : IClassFixture<TrackingServer>, IDisposable
{
    private readonly WireClient _client = server.Client;
    private readonly OtlpWire _otlp = new(server.Address);
    private readonly byte[] _trace = OtlpWire.NewTraceId();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private string Id => OtlpWire.IdOf(_trace);

    public void Dispose() => _otlp.Dispose();

    [Fact]
    public async Task A_root_span_makes_a_whole_trace()
    {
        await _otlp.ExportAsync("0", OtlpWire.Span(
            _trace,
            1,
            name: "chat <b>",
            attributes:
            [
                ("mlflow.spanInputs", OtlpWire.Text("""{"question": "é?"}""")),
                ("mlflow.spanOutputs", new AnyValue { ArrayValue = new ArrayValue { Values = { new AnyValue { IntValue = long.MaxValue }, new AnyValue { BoolValue = true }, new AnyValue() } } }),
                ("session.id", OtlpWire.Text("session 1")),
                ("mlflow.traceTag.team", OtlpWire.Text("\"blue\"")),
            ]));

        var info = await _client.TraceInfoAsync(Id);
        Assert.Equal(
            ("OK", "2026-05-04T11:00:00.001Z", "1s", """{"question": "é?"}""", "[9223372036854775807,true,null]"),
            (Text(info, "state"), Text(info, "request_time"), Text(info, "execution_duration"), Text(info, "request_preview"), Text(info, "response_preview")));
        Assert.Equal("""{"mlflow.trace.session":"session 1"}""", info.GetProperty("trace_metadata").GetRawText());
        Assert.Equal(
            $$"""{"mlflow.artifactLocation":"mlflow-artifacts:/0/traces/{{Id}}/artifacts","mlflow.trace.spansLocation":"TRACKING_STORE","mlflow.traceName":"chat \u003Cb\u003E","team":"blue"}""",
            info.GetProperty("tags").GetRawText());
    }

    [Fact]
    public async Task A_span_comes_back_as_it_was_sent()
    {
        var span = OtlpWire.Span(_trace, 7, parent: 1, name: "é\0<b>", attributes:
        [
            ("all", new AnyValue { KvlistValue = new KeyValueList { Values = { new KeyValue { Key = "nan", Value = new AnyValue { DoubleValue = double.NaN } }, new KeyValue { Key = "none" } } } }),
            ("bytes", new AnyValue { BytesValue = ByteString.CopyFrom(0, 255) }),
            ("integer", new AnyValue { IntValue = long.MinValue }),
            ("flag", new AnyValue { BoolValue = false }),
            ("empty", OtlpWire.Text("")),
        ]);
        span.Kind = SpanKind.Client;
        span.TraceState = "vendor=1";
        span.Flags = 257;
        span.DroppedAttributesCount = 3;
        span.Status = new SpanStatus { Code = StatusCode.Error, Message = "it broke" };
        span.Events.Add(new SpanEvent { Name = "exception", TimeUnixNano = 5, Attributes = { new KeyValue { Key = "a", Value = OtlpWire.Text("b") } } });
        span.Links.Add(new SpanLink { TraceId = ByteString.CopyFrom(_trace), SpanId = OtlpWire.SpanId(9) });

        await _otlp.ExportAsync("0", span);

        var trace = Convert.ToBase64String(_trace);
        Assert.Equal(
            $$$$$"""[{"trace_id":"{{{{{trace}}}}}","span_id":"AAAAAAAAAAc=","trace_state":"vendor=1","parent_span_id":"AAAAAAAAAAE=","flags":257,"name":"é\u0000\u003Cb\u003E","kind":"SPAN_KIND_CLIENT","start_time_unix_nano":1777892400007000000,"end_time_unix_nano":1777892401007000000,"attributes":[{"key":"all","value":{"kvlist_value":{"values":[{"key":"nan","value":{"double_value":"NaN"}},{"key":"none"}]}}},{"key":"bytes","value":{"bytes_value":"AP8="}},{"key":"integer","value":{"int_value":-9223372036854775808}},{"key":"flag","value":{"bool_value":false}},{"key":"empty","value":{"string_value":""}}],"dropped_attributes_count":3,"events":[{"time_unix_nano":5,"name":"exception","attributes":[{"key":"a","value":{"string_value":"b"}}]}],"links":[{"trace_id":"{{{{{trace}}}}}","span_id":"AAAAAAAAAAk="}],"status":{"message":"it broke","code":"STATUS_CODE_ERROR"}}]""",
            (await SpansAsync()).GetRawText());
    }

    [Fact]
    public async Task The_numbers_of_fields_are_those_of_the_specification()
    {
        // Written by hand: trace_id = 1, span_id = 2, name = 5, kind = 6, start = 7 and end = 8 (fixed64), status = 15 with code = 3.
        byte[] span = [0x0a, 16, .. _trace, 0x12, 8, 0, 0, 0, 0, 0, 0, 0, 1, 0x2a, 1, (byte)'n', 0x30, 2, 0x39, 64, 66, 15, 0, 0, 0, 0, 0, 0x41, 128, 132, 30, 0, 0, 0, 0, 0, 0x7a, 2, 0x18, 2];

        var answer = await _otlp.SendAsync("0", OtlpWire.RequestOf([span]));

        Assert.Equal((HttpStatusCode.OK, "application/x-protobuf", 0), (answer.Status, answer.Type, answer.Body.Length));
        var info = await _client.TraceInfoAsync(Id);
        Assert.Equal(("ERROR", "1970-01-01T00:00:00.001Z", "0.001s"), (Text(info, "state"), Text(info, "request_time"), Text(info, "execution_duration")));
        Assert.Equal("SPAN_KIND_SERVER", Text((await SpansAsync())[0], "kind"));
    }

    [Fact]
    public async Task A_trace_is_in_progress_until_its_root_is_here_and_spans_are_sorted_by_their_start()
    {
        await _otlp.ExportAsync("0", OtlpWire.Span(_trace, 3, parent: 1), OtlpWire.Span(_trace, 2, parent: 1));
        var before = await _client.TraceInfoAsync(Id);
        await _otlp.ExportAsync("0", OtlpWire.Span(_trace, 1, name: "root"));
        await _otlp.ExportAsync("0", OtlpWire.Span(_trace, 4, parent: 1, name: "late"));
        var after = await _client.TraceInfoAsync(Id);

        Assert.Equal("IN_PROGRESS", Text(before, "state"));
        Assert.False(before.TryGetProperty("execution_duration", out _));
        Assert.Equal(("OK", "2026-05-04T11:00:00.001Z", "1.003s"), (Text(after, "state"), Text(after, "request_time"), Text(after, "execution_duration")));
        Assert.Equal(["root", "span", "span", "late"], (await SpansAsync()).EnumerateArray().Select(span => Text(span, "name")));
    }

    [Fact]
    public async Task A_span_that_comes_again_takes_its_own_place_and_one_that_goes_on_has_no_end()
    {
        var begun = OtlpWire.Span(_trace, 1, name: "root");
        begun.EndTimeUnixNano = 0;
        await _otlp.ExportAsync("0", begun, begun);
        Assert.Equal("IN_PROGRESS", Text(await _client.TraceInfoAsync(Id), "state"));

        await _otlp.ExportAsync("0", OtlpWire.Span(_trace, 1, name: "root"));
        Assert.Equal("OK", Text(await _client.TraceInfoAsync(Id), "state"));
        Assert.Equal(1, (await SpansAsync()).GetArrayLength());
    }

    [Fact]
    public async Task What_the_client_tells_holds_whatever_spans_come_later()
    {
        await _otlp.ExportAsync("0", OtlpWire.Span(_trace, 1, name: "root"));
        await _client.CallAsync("POST", "traces", TraceClient.Told(Id, others: new
        {
            request_time = TraceClient.Moment,
            state = "ERROR",
            request_preview = "told",
            tags = new Dictionary<string, string> { ["mlflow.traceName"] = "told" },
            trace_metadata = new Dictionary<string, string> { ["mlflow.trace.sizeStats"] = """{"num_spans": 2}""" },
        }));
        Assert.Equal("RESOURCE_DOES_NOT_EXIST", (await _client.TryAsync("GET", $"traces/get?trace_id={Id}")).ErrorCode);
        Assert.Equal(1, (await _client.CallAsync("GET", $"traces/get?trace_id={Id}&allow_partial=true")).GetProperty("trace").GetProperty("spans").GetArrayLength());

        await _otlp.ExportAsync("0", OtlpWire.Span(_trace, 2, parent: 1, name: "late"), OtlpWire.Span(_trace, 1, name: "again"));

        var info = await _client.TraceInfoAsync(Id);
        Assert.Equal(("ERROR", TraceClient.Moment, "told"), (Text(info, "state"), Text(info, "request_time"), Text(info, "request_preview")));
        Assert.Equal(("told", "TRACKING_STORE"), (Text(info.GetProperty("tags"), "mlflow.traceName"), Text(info.GetProperty("tags"), "mlflow.trace.spansLocation")));
        Assert.Equal(2, (await SpansAsync()).GetArrayLength());
    }

    [Fact]
    public async Task Of_a_trace_that_was_told_before_its_spans_the_file_stays_what_holds()
    {
        await _client.CallAsync("POST", "traces", TraceClient.Told(Id));
        await _otlp.ExportAsync("0", OtlpWire.Span(_trace, 1));

        Assert.False((await _client.TraceInfoAsync(Id)).GetProperty("tags").TryGetProperty("mlflow.trace.spansLocation", out _));
        Assert.Equal(1, (await SpansAsync()).GetArrayLength());
    }

    [Fact]
    public async Task The_clients_own_id_is_the_traces_and_its_quotes_are_not_part_of_it()
    {
        var id = TraceClient.NewId();
        await _otlp.ExportAsync("0", OtlpWire.Span(_trace, 1, attributes: [("mlflow.traceRequestId", OtlpWire.Text($"\"{id}\"")), ("mlflow.spanType", OtlpWire.Text("\"LLM\""))]));

        await _client.TraceInfoAsync(id);
        Assert.Equal([id], (await _client.SearchTracesAsync("0", $"span.type = 'LLM' and span.name like 'sp%' and span.status = 'OK' and trace_id = '{id}'")).Ids);
        Assert.Equal([], (await _client.SearchTracesAsync("0", $"span.type = 'TOOL' and trace_id = '{id}'")).Ids);
    }

    [Fact]
    public async Task Spans_that_cannot_be_kept_are_counted_with_their_reason_and_the_others_are_kept()
    {
        var (noTrace, shortId, noStart, badId, other) = (OtlpWire.Span([], 1), OtlpWire.Span(_trace, 2), OtlpWire.Span(_trace, 3), OtlpWire.Span(_trace, 4), OtlpWire.NewTraceId());
        shortId.SpanId = ByteString.CopyFrom(1, 2);
        noStart.StartTimeUnixNano = 0;
        badId.Attributes.Add(new KeyValue { Key = "mlflow.traceRequestId", Value = OtlpWire.Text("../<b>") });
        await _otlp.ExportAsync(await _client.CreateExperimentAsync(), OtlpWire.Span(other, 1));

        var body = OtlpWire.RequestOf([.. new[] { noTrace, shortId, noStart, badId, OtlpWire.Span(_trace, 5), OtlpWire.Span(other, 6) }.Select(span => span.ToByteArray()), [0xff], Deep(60)]);
        var partial = (await _otlp.SendAsync("0", body)).Partial!;

        Assert.Equal(7, partial.RejectedSpans);
        Assert.Equal(
            "7 of 8 spans were not kept. Span 1: trace_id is missing. Span 2: span_id has 2 bytes instead of 8. Span 3: start_time_unix_nano is missing. …", partial.ErrorMessage);
        Assert.Equal(1, (await SpansAsync()).GetArrayLength());
        Assert.Equal($"2 of 2 spans were not kept. Span 2: its attribute mlflow.traceRequestId '../<b>' is no id of a trace: at most 50 letters, digits, '-' and '_'. The trace {OtlpWire.IdOf(other)} is in another experiment.",
            (await _otlp.SendAsync("0", OtlpWire.Request(OtlpWire.Span(other, 6), badId))).Partial!.ErrorMessage);
    }

    [Theory]
    [InlineData(8 << 20, true)]
    [InlineData((8 << 20) + 1, false)]
    public async Task A_span_has_at_most_8_MiB(int size, bool taken)
    {
        var span = OtlpWire.Span(_trace, 1, attributes: [("mlflow.spanInputs", OtlpWire.Text(""))]);
        span.Attributes[0].Value.StringValue = new string('x', size - 100);
        span.Attributes[0].Value.StringValue = new string('x', size - 100 + (size - span.CalculateSize()));
        Assert.Equal(size, span.CalculateSize());

        var answer = await _otlp.SendAsync("0", OtlpWire.Request(span));

        Assert.Equal(taken ? null : "1 of 1 spans were not kept. Span 1: it has 8388609 bytes; at most 8388608 are taken.", answer.Partial?.ErrorMessage);
        if (taken)
        {
            Assert.Equal(1000, Text(await _client.TraceInfoAsync(Id), "request_preview").Length);
            Assert.Equal(1, (await SpansAsync()).GetArrayLength());
        }
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("deflate")]
    [InlineData("identity")]
    public async Task A_request_may_be_packed(string encoding)
    {
        var body = OtlpWire.Request(OtlpWire.Span(_trace, 1));

        var answer = await _otlp.SendAsync("0", encoding switch { "gzip" => OtlpWire.Gzip(body), "deflate" => OtlpWire.Deflate(body), _ => body }, encoding: encoding);

        Assert.Equal(HttpStatusCode.OK, answer.Status);
        await _client.TraceInfoAsync(Id);
    }

    [Fact]
    public async Task What_fails_is_told_as_the_protocol_has_it()
    {
        var body = OtlpWire.Request(OtlpWire.Span(_trace, 1));
        var deleted = await _client.CreateExperimentAsync();
        await _client.PostAsync("experiments/delete", new { experiment_id = deleted });

        foreach (var (answer, status, message) in new (OtlpAnswer, HttpStatusCode, string)[]
        {
            (await _otlp.SendAsync(null, body), HttpStatusCode.BadRequest, "The header x-mlflow-experiment-id is missing."),
            (await _otlp.SendAsync("4711", body), HttpStatusCode.NotFound, "No Experiment with id=4711 exists"),
            (await _otlp.SendAsync(deleted, body), HttpStatusCode.BadRequest, "must be in the 'active' state"),
            (await _otlp.SendAsync("0", body, "text/plain"), HttpStatusCode.UnsupportedMediaType, "application/x-protobuf or application/json"),
            (await _otlp.SendAsync("0", body, encoding: "zstd"), HttpStatusCode.UnsupportedMediaType, "'zstd' is not taken"),
            (await _otlp.SendAsync("0", body, encoding: "gzip"), HttpStatusCode.BadRequest, "cannot be unpacked"),
            (await _otlp.SendAsync("0", body[..^1]), HttpStatusCode.BadRequest, "no message of OTLP's traces"),
            (await _otlp.SendAsync("0", "no protobuf"u8.ToArray()), HttpStatusCode.BadRequest, "no message of OTLP's traces"),
            (await _otlp.SendAsync("0", OtlpWire.Gzip(new byte[33 << 20]), encoding: "gzip"), HttpStatusCode.RequestEntityTooLarge, "at most 33554432 bytes"),
            (await _otlp.SendAsync("0", new byte[(32 << 20) + 1]), HttpStatusCode.RequestEntityTooLarge, "at most 33554432 bytes"),
            (await _otlp.SendAsync("0", OtlpWire.RequestOf(Enumerable.Repeat(Array.Empty<byte>(), 50_001))), HttpStatusCode.RequestEntityTooLarge, "at most 50000 spans"),
        })
        {
            Assert.Equal((status, "application/x-protobuf"), (answer.Status, answer.Type));
            Assert.Contains(message, answer.Failure, StringComparison.Ordinal);
        }

        Assert.Equal(HttpStatusCode.NotFound, (await _client.TryAsync("GET", $"traces/{Id}")).Status);
        Assert.Equal(HttpStatusCode.OK, (await _otlp.SendAsync("0", [])).Status);
    }

    [Fact]
    public async Task Ten_thousand_spans_of_a_hundred_traces_are_kept_at_once()
    {
        var experiment = await _client.CreateExperimentAsync();
        var traces = Enumerable.Range(0, 100).Select(_ => OtlpWire.NewTraceId()).ToList();
        var spans = traces.SelectMany(trace => Enumerable.Range(1, 100).Select(i => OtlpWire.Span(trace, (byte)i, (byte)(i == 1 ? 0 : 1), $"span {i}", ("text", OtlpWire.Text(new string('x', 1000))))));

        await _otlp.ExportAsync(experiment, [.. spans]);

        Assert.Equal(100, (await _client.SearchTracesAsync(experiment, "status = 'OK' and execution_time_ms = 1099")).Ids.Count);
        var found = await _client.CallAsync("GET", $"traces/batchGet?{string.Join('&', traces.Take(60).Select(trace => $"trace_ids={OtlpWire.IdOf(trace)}"))}&trace_ids=tr-none");
        Assert.All(found.GetProperty("traces").EnumerateArray(), trace => Assert.Equal(100, trace.GetProperty("spans").GetArrayLength()));
        Assert.Equal(60, found.GetProperty("traces").GetArrayLength());
        Assert.Equal(("ExportSpans", 200), Assert.Single(await server.Audit.ListAsync(1000, Cancel), entry => entry.Target == experiment && entry.Action == "ExportSpans") is { } entry ? (entry.Action, entry.Outcome) : default);
    }

    [Fact]
    public async Task A_trace_of_many_spans_is_read_whole()
    {
        await _otlp.ExportAsync("0", [.. Enumerable.Range(1, 601).Select(i =>
        {
            var span = OtlpWire.Span(_trace, 1, 1, $"{i}");
            span.SpanId = ByteString.CopyFrom(1, 0, 0, 0, 0, 0, (byte)(i >> 8), (byte)i);
            return span;
        })]);

        Assert.Equal(Enumerable.Range(1, 601).Select(i => $"{i}"), (await SpansAsync()).EnumerateArray().Select(span => Text(span, "name")));
    }

    [Fact]
    public async Task Deleting_a_trace_takes_its_spans()
    {
        await _otlp.ExportAsync("0", OtlpWire.Span(_trace, 1), OtlpWire.Span(_trace, 2, 1));
        await _client.CallAsync("POST", "traces/delete-traces", new { experiment_id = "0", request_ids = new[] { Id } });
        await _client.CallAsync("POST", "traces", TraceClient.Told(Id));

        Assert.False((await _client.CallAsync("GET", $"traces/get?trace_id={Id}")).GetProperty("trace").TryGetProperty("spans", out _));
    }

    [Fact]
    public async Task Json_is_taken_and_answered_too()
    {
        var json = $$$"""
            {"resourceSpans": [{"resource": {}, "scopeSpans": [{"spans": [
                {"traceId": "{{{Convert.ToHexString(_trace)}}}", "spanId": "00000000000000AB", "name": "é", "kind": 3, "startTimeUnixNano": "1777892400000000000", "endTimeUnixNano": "1777892400500000000",
                 "attributes": [{"key": "mlflow.spanInputs", "value": {"stringValue": "hi"}}], "links": [{"traceId": "{{{Convert.ToHexString(_trace)}}}", "spanId": "00000000000000AC"}], "fromANewerOne": 1},
                {"traceId": "xyz"}, 5, {"traceId": "{{{Convert.ToHexString(_trace)}}}", "name": "\ud800"}]}]}]}
            """;

        var answer = await _otlp.SendAsync("0", Encoding.UTF8.GetBytes(json), "application/json; charset=utf-8");
        var wrong = await _otlp.SendAsync("0", "{\"resourceSpans\": 5}"u8.ToArray(), "application/json");
        var cut = await _otlp.SendAsync("0", "{"u8.ToArray(), "application/json");

        Assert.Equal("application/json", answer.Type);
        Assert.Equal(
            """{"rejectedSpans":"3","errorMessage":"3 of 4 spans were not kept. Span 2: it is no span of OTLP. Span 3: it is no span of OTLP. Span 4: it is no span of OTLP."}""",
            JsonSerializer.Serialize(JsonDocument.Parse(answer.Body).RootElement.GetProperty("partialSuccess")));
        Assert.Equal("hi", Text(await _client.TraceInfoAsync(Id), "request_preview"));
        Assert.Equal(("AAAAAAAAAKs=", "SPAN_KIND_CLIENT"), (Text((await SpansAsync())[0], "span_id"), Text((await SpansAsync())[0], "kind")));
        Assert.Equal((HttpStatusCode.BadRequest, HttpStatusCode.BadRequest), (wrong.Status, cut.Status));
        Assert.Contains("resourceSpans", Encoding.UTF8.GetString(wrong.Body), StringComparison.Ordinal);
    }

    private static string Text(JsonElement message, string name) => message.GetProperty(name).GetString()!;

    // Lists in lists, deeper than protobuf reads.
    private byte[] Deep(int levels)
    {
        var value = new AnyValue { IntValue = 1 };
        for (var i = 0; i < levels; i++)
        {
            value = new AnyValue { ArrayValue = new ArrayValue { Values = { value } } };
        }

        return OtlpWire.Span(_trace, 8, attributes: [("deep", value)]).ToByteArray();
    }

    private async Task<JsonElement> SpansAsync() => (await _client.CallAsync("GET", $"traces/get?trace_id={Id}")).GetProperty("trace").GetProperty("spans");
}
