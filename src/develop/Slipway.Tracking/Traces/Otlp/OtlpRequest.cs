using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Google.Protobuf;
using Slipway.Core.Errors;
using Slipway.Tracking.Traces.Otlp.Protos;
using Slipway.Tracking.Traces.Spans;

namespace Slipway.Tracking.Traces.Otlp;

/// <summary>
/// The spans of a request, by their trace. A span that cannot be kept is counted with its reason, and the others are kept, as the protocol has it. One span at a time becomes an object.
/// </summary>
internal sealed class OtlpRequest
{
    private const int ReasonsShown = 3;

    private static readonly JsonParser JsonSpans = new(JsonParser.Settings.Default.WithIgnoreUnknownFields(true));

    private readonly Dictionary<string, SpansOfTrace> _traces = new(StringComparer.Ordinal);
    private readonly List<string> _reasons = [];
    private int _count;

    public IReadOnlyCollection<SpansOfTrace> Traces => _traces.Values;

    public int Rejected { get; private set; }

    /// <summary>What the answer says of spans that were not kept.</summary>
    public string Reasons => string.Create(
        CultureInfo.InvariantCulture, $"{Rejected} of {_count} spans were not kept. {string.Join(" ", _reasons)}{(Rejected > _reasons.Count ? " …" : "")}");

    public static OtlpRequest ReadProtobuf(byte[] body)
    {
        var request = new OtlpRequest();
        var resources = new WireFields(body, 0);
        while (resources.MoveTo(1))
        {
            var scopes = Inside(resources.Place);
            while (scopes.MoveTo(2))
            {
                var spans = Inside(scopes.Place);
                while (spans.MoveTo(2))
                {
                    request.Take(body.AsMemory(spans.Place));
                }
            }
        }

        return request;

        WireFields Inside(Range place) => new(body.AsSpan(place), place.Start.Value);
    }

    /// <summary>OTLP's JSON: protobuf's, but ids are hexadecimal.</summary>
    public static OtlpRequest ReadJson(byte[] body)
    {
        var request = new OtlpRequest();
        using var document = Parse(body);
        foreach (var span in Each(document.RootElement, "resourceSpans").SelectMany(resource => Each(resource, "scopeSpans")).SelectMany(scope => Each(scope, "spans")))
        {
            request.TakeJson(span);
        }

        return request;
    }

    /// <summary>Counts spans that were not kept, with the reason.</summary>
    public void Reject(int spans, string reason)
    {
        Rejected += spans;
        if (_reasons.Count < ReasonsShown && !_reasons.Contains(reason))
        {
            _reasons.Add(reason);
        }
    }

    private void Take(ReadOnlyMemory<byte> content)
    {
        if (Count(content.Length))
        {
            Keep(() => Span.Parser.ParseFrom(content.Span), content);
        }
    }

    private void TakeJson(JsonElement element)
    {
        if (!Count(0))
        {
            return;
        }

        Keep(() =>
        {
            var span = JsonObject.Create(element) ?? throw new FormatException();
            HexToBase64(span, "traceId", "spanId", "parentSpanId");
            foreach (var link in (span["links"] as JsonArray ?? []).OfType<JsonObject>())
            {
                HexToBase64(link, "traceId", "spanId");
            }

            return JsonSpans.Parse<Span>(span.ToJsonString());
        });
    }

    private void Keep(Func<Span> read, ReadOnlyMemory<byte>? content = null)
    {
        try
        {
            var span = read();
            var (traceId, row, root) = SpanReading.Read(span, content ?? span.ToByteArray());
            if (!_traces.TryGetValue(traceId, out var trace))
            {
                _traces[traceId] = trace = new SpansOfTrace(traceId);
            }

            trace.Add(row, root);
        }
        catch (SlipwayException e)
        {
            Reject(1, string.Create(CultureInfo.InvariantCulture, $"Span {_count}: {e.Message}"));
        }
        catch (Exception e) when (e is InvalidProtocolBufferException or InvalidOperationException or FormatException or ArgumentException)
        {
            Reject(1, string.Create(CultureInfo.InvariantCulture, $"Span {_count}: it is no span of OTLP."));
        }
    }

    private bool Count(int bytes)
    {
        if (++_count > TraceLimits.Spans)
        {
            throw new SlipwayException(ErrorKind.TooLarge, $"A request has at most {TraceLimits.Spans} spans. Send them in several.");
        }

        if (bytes <= TraceLimits.SpanBytes)
        {
            return true;
        }

        Reject(1, string.Create(CultureInfo.InvariantCulture, $"Span {_count}: it has {bytes} bytes; at most {TraceLimits.SpanBytes} are taken."));
        return false;
    }

    private static JsonDocument Parse(byte[] body)
    {
        try
        {
            return JsonDocument.Parse(body);
        }
        catch (JsonException e)
        {
            var place = string.Create(CultureInfo.InvariantCulture, $"line {e.LineNumber + 1}, near byte {e.BytePositionInLine}");
            throw new SlipwayException(ErrorKind.InvalidInput, $"The request's JSON is wrong at {place}.", e);
        }
    }

    private static IEnumerable<JsonElement> Each(JsonElement message, string name)
    {
        if (message.ValueKind != JsonValueKind.Object || !message.TryGetProperty(name, out var list))
        {
            yield break;
        }

        if (list.ValueKind != JsonValueKind.Array)
        {
            throw new SlipwayException(ErrorKind.InvalidInput, $"'{name}' is not a list.");
        }

        foreach (var item in list.EnumerateArray())
        {
            yield return item;
        }
    }

    private static void HexToBase64(JsonObject message, params string[] names)
    {
        foreach (var name in names)
        {
            if (message[name] is JsonValue value && value.TryGetValue<string>(out var hex))
            {
                message[name] = Convert.ToBase64String(Convert.FromHexString(hex));
            }
        }
    }
}
