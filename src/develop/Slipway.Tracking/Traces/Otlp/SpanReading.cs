using System.Globalization;
using Google.Protobuf;
using Slipway.Core.Errors;
using Slipway.Core.Text;
using Slipway.Tracking.Traces.Otlp.Protos;
using Slipway.Tracking.Traces.Spans;

namespace Slipway.Tracking.Traces.Otlp;

/// <summary>Makes of OpenTelemetry's span what is kept of it, or says in a sentence why it is not.</summary>
internal static class SpanReading
{
    private const string TraceIdAttribute = "mlflow.traceRequestId";
    private const string TypeAttribute = "mlflow.spanType";
    private const string InputsAttribute = "mlflow.spanInputs";
    private const string OutputsAttribute = "mlflow.spanOutputs";
    private const string TagAttribute = "mlflow.traceTag.";

    // Attributes of OpenTelemetry's conventions that are metadata of the trace.
    private static readonly Dictionary<string, string> MetadataAttributes = new(StringComparer.Ordinal) { ["session.id"] = TraceKeys.Session, ["user.id"] = TraceKeys.User };

    public static (string TraceId, SpanRow Row, RootSpan? Root) Read(Span span, ReadOnlyMemory<byte> content)
    {
        var otelId = Id(span.TraceId, 16, "trace_id") ?? throw Mistake("trace_id is missing.");
        var spanId = Id(span.SpanId, 8, "span_id") ?? throw Mistake("span_id is missing.");
        var parentId = Id(span.ParentSpanId, 8, "parent_span_id");
        var start = Moment(span.StartTimeUnixNano, "start_time_unix_nano") ?? throw Mistake("start_time_unix_nano is missing.");
        var end = Moment(span.EndTimeUnixNano, "end_time_unix_nano");
        var row = new SpanRow(
            spanId,
            parentId,
            Plain(span.Name),
            Find(span, TypeAttribute) is { } type ? AnyValueText.Unquoted(type) : "",
            span.Status?.Code switch { StatusCode.Ok => "OK", StatusCode.Error => "ERROR", _ => "UNSET" },
            start,
            end,
            content);
        return (TraceId(span, otelId), row, parentId is null ? Root(span, row) : null);
    }

    // MLflow's clients say the trace's id; of others it follows from OpenTelemetry's.
    private static string TraceId(Span span, string otelId)
    {
        var id = Find(span, TraceIdAttribute) is { } told ? AnyValueText.Unquoted(told) : $"tr-{otelId}";
        return TraceLimits.IsTraceId(id) ? id : throw Mistake($"its attribute {TraceIdAttribute} '{Excerpt.Of(id)}' is no id of a trace: at most {TraceLimits.TraceId} letters, digits, '-' and '_'.");
    }

    private static RootSpan Root(Span span, SpanRow row)
    {
        var (metadata, tags) = (new List<Tag>(), new List<Tag> { new(TraceKeys.Name, TraceLimits.Cut(row.Name, Limits.TagValue)!) });
        foreach (var attribute in span.Attributes)
        {
            if (MetadataAttributes.TryGetValue(attribute.Key, out var key))
            {
                metadata.Add(TraceLimits.Checked(new Tag(key, AnyValueText.Unquoted(attribute.Value)), attribute.Key));
            }
            else if (attribute.Key.StartsWith(TagAttribute, StringComparison.Ordinal))
            {
                tags.Add(TraceLimits.Checked(new Tag(Plain(attribute.Key[TagAttribute.Length..]), AnyValueText.Unquoted(attribute.Value)), attribute.Key));
            }
        }

        // What did not fail has ended well, whether its code says so or not.
        var state = row.End is null ? TraceState.InProgress : row.Status == "ERROR" ? TraceState.Error : TraceState.Ok;
        return new RootSpan(state, Preview(span, InputsAttribute), Preview(span, OutputsAttribute), metadata, tags);
    }

    private static string? Preview(Span span, string attribute) => Find(span, attribute) is { } value ? TraceLimits.Cut(AnyValueText.Of(value), TraceLimits.OwnPreview) : null;

    private static AnyValue? Find(Span span, string attribute) => span.Attributes.FirstOrDefault(pair => pair.Key == attribute)?.Value;

    private static string? Id(ByteString bytes, int length, string field) =>
        bytes.IsEmpty || !bytes.Span.ContainsAnyExcept((byte)0) ? null
        : bytes.Length == length ? Convert.ToHexStringLower(bytes.Span)
        : throw Mistake(string.Create(CultureInfo.InvariantCulture, $"{field} has {bytes.Length} bytes instead of {length}."));

    private static long? Moment(ulong nanoseconds, string field) => nanoseconds switch
    {
        0 => null,
        <= long.MaxValue => (long)nanoseconds,
        _ => throw Mistake(string.Create(CultureInfo.InvariantCulture, $"{field} {nanoseconds} is after the year 2262.")),
    };

    // No text that is kept in a column has this character.
    private static string Plain(string text) => text.Replace('\0', '\uFFFD');

    private static SlipwayException Mistake(string what) => new(ErrorKind.InvalidInput, what);
}
