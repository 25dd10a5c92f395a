using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using Google.Protobuf;
using Slipway.Tracking.Traces.Otlp.Protos;

namespace Slipway.Develop.Tests.Tracking.Traces;

/// <summary>What a server answered to spans.</summary>
internal sealed record OtlpAnswer(HttpStatusCode Status, string? Type, byte[] Body)
{
    public ExportTracePartialSuccess? Partial => Status == HttpStatusCode.OK ? ExportTraceServiceResponse.Parser.ParseFrom(Body).PartialSuccess : null;

    public string Failure => ExportFailure.Parser.ParseFrom(Body).Message;
}

/// <summary>Sends spans as an exporter of OpenTelemetry does.</summary>
internal sealed class OtlpWire(Uri address) : IDisposable
{
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = address };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _http.Dispose();

    /// <summary>Sends spans that must all be kept.</summary>
    public async Task ExportAsync(string experiment, params Span[] spans)
    {
        var answer = await SendAsync(experiment, Request(spans));
        Assert.True(answer.Status == HttpStatusCode.OK, System.Text.Encoding.UTF8.GetString(answer.Body));
        Assert.Null(answer.Partial);
    }

    public async Task<OtlpAnswer> SendAsync(string? experiment, byte[] body, string type = "application/x-protobuf", string? encoding = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/traces") { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(type);
        if (encoding is not null)
        {
            request.Content.Headers.ContentEncoding.Add(encoding);
        }

        if (experiment is not null)
        {
            request.Headers.Add("x-mlflow-experiment-id", experiment);
        }

        using var response = await _http.SendAsync(request, Cancel);
        return new OtlpAnswer(response.StatusCode, response.Content.Headers.ContentType?.MediaType, await response.Content.ReadAsByteArrayAsync(Cancel));
    }

    /// <summary>The whole request: a resource and a scope with what else they hold, then the spans.</summary>
    public static byte[] Request(params IEnumerable<Span> spans) => RequestOf(spans.Select(span => span.ToByteArray()));

    public static byte[] RequestOf(IEnumerable<byte[]> spans)
    {
        var scope = Message(output =>
        {
            Field(output, 1, [0x0a, 0x01, 0x78]);
            foreach (var span in spans)
            {
                Field(output, 2, span);
            }

            Field(output, 3, "schema"u8.ToArray());
        });
        return Message(output => Field(output, 1, Message(resource =>
        {
            Field(resource, 1, []);
            Field(resource, 2, scope);
        })));
    }

    public static byte[] Gzip(byte[] body) => Pack(body, packed => new GZipStream(packed, CompressionLevel.Fastest));

    public static byte[] Deflate(byte[] body) => Pack(body, packed => new ZLibStream(packed, CompressionLevel.Fastest));

    /// <summary>A span of a second; without a parent the root.</summary>
    public static Span Span(byte[] traceId, byte id, byte parent = 0, string name = "span", params (string Key, AnyValue Value)[] attributes)
    {
        var span = new Span
        {
            TraceId = ByteString.CopyFrom(traceId),
            SpanId = SpanId(id),
            ParentSpanId = parent == 0 ? ByteString.Empty : SpanId(parent),
            Name = name,
            StartTimeUnixNano = Nanoseconds + (id * 1_000_000UL),
            EndTimeUnixNano = Nanoseconds + (id * 1_000_000UL) + 1_000_000_000,
            Status = new SpanStatus { Code = StatusCode.Ok },
        };
        span.Attributes.AddRange(attributes.Select(attribute => new KeyValue { Key = attribute.Key, Value = attribute.Value }));
        return span;
    }

    /// <summary>2026-05-04 11:00:00.</summary>
    public const ulong Nanoseconds = 1_777_892_400_000_000_000;

    // Of bytes whose base64 has no sign that JSON may escape.
    public static byte[] NewTraceId() => System.Text.Encoding.ASCII.GetBytes(Guid.NewGuid().ToString("N")[..16]);

    public static ByteString SpanId(byte id) => ByteString.CopyFrom(0, 0, 0, 0, 0, 0, 0, id);

    public static string IdOf(byte[] traceId) => $"tr-{Convert.ToHexStringLower(traceId)}";

    public static AnyValue Text(string text) => new() { StringValue = text };

    private static byte[] Pack(byte[] body, Func<Stream, Stream> open)
    {
        using var packed = new MemoryStream();
        using (var packing = open(packed))
        {
            packing.Write(body);
        }

        return packed.ToArray();
    }

    private static byte[] Message(Action<CodedOutputStream> write)
    {
        using var bytes = new MemoryStream();
        using var output = new CodedOutputStream(bytes);
        write(output);
        output.Flush();
        return bytes.ToArray();
    }

    private static void Field(CodedOutputStream output, int number, byte[] content)
    {
        output.WriteTag(number, WireFormat.WireType.LengthDelimited);
        output.WriteBytes(ByteString.CopyFrom(content));
    }
}
