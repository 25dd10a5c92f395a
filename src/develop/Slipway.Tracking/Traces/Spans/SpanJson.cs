using System.Text.Json;
using Google.Protobuf;
using Google.Protobuf.Collections;
using Slipway.Mlflow;
using Slipway.Tracking.Traces.Otlp.Protos;

namespace Slipway.Tracking.Traces.Spans;

/// <summary>A span as MLflow's clients read it: protobuf's JSON with the fields' own names, 64-bit integers as numbers, and without what has its default.</summary>
internal static class SpanJson
{
    private static readonly Dictionary<SpanKind, string> Kinds = Names<SpanKind>("SPAN_KIND_");

    private static readonly Dictionary<StatusCode, string> Codes = Names<StatusCode>("STATUS_CODE_");

    public static void Write(Utf8JsonWriter json, ReadOnlySpan<byte> content)
    {
        var span = Span.Parser.ParseFrom(content);
        json.WriteStartObject();
        WriteIds(json, span.TraceId, span.SpanId, span.TraceState);
        WriteBytes(json, "parent_span_id", span.ParentSpanId);
        WriteNumber(json, "flags", span.Flags);
        WriteText(json, "name", span.Name);
        if (span.Kind != SpanKind.Unspecified && Kinds.TryGetValue(span.Kind, out var kind))
        {
            json.WriteString("kind", kind);
        }

        WriteNumber(json, "start_time_unix_nano", span.StartTimeUnixNano);
        WriteNumber(json, "end_time_unix_nano", span.EndTimeUnixNano);
        WriteAttributes(json, span.Attributes, span.DroppedAttributesCount);
        json.WriteList("events", span.Events, static (writer, happened) =>
        {
            WriteNumber(writer, "time_unix_nano", happened.TimeUnixNano);
            WriteText(writer, "name", happened.Name);
            WriteAttributes(writer, happened.Attributes, happened.DroppedAttributesCount);
        });
        WriteNumber(json, "dropped_events_count", span.DroppedEventsCount);
        json.WriteList("links", span.Links, static (writer, link) =>
        {
            WriteIds(writer, link.TraceId, link.SpanId, link.TraceState);
            WriteAttributes(writer, link.Attributes, link.DroppedAttributesCount);
            WriteNumber(writer, "flags", link.Flags);
        });
        WriteNumber(json, "dropped_links_count", span.DroppedLinksCount);
        if (span.Status is { } status)
        {
            json.WriteStartObject("status");
            WriteText(json, "message", status.Message);
            if (status.Code != StatusCode.Unset && Codes.TryGetValue(status.Code, out var code))
            {
                json.WriteString("code", code);
            }

            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private static void WriteAttributes(Utf8JsonWriter json, RepeatedField<KeyValue> attributes, uint dropped)
    {
        json.WriteList("attributes", attributes, WritePair);
        WriteNumber(json, "dropped_attributes_count", dropped);
    }

    private static void WritePair(Utf8JsonWriter json, KeyValue pair)
    {
        json.WriteString("key", pair.Key);
        if (pair.Value is { } value)
        {
            json.WriteStartObject("value");
            WriteValue(json, value);
            json.WriteEndObject();
        }
    }

    private static void WriteValue(Utf8JsonWriter json, AnyValue value)
    {
        switch (value.ValueCase)
        {
            case AnyValue.ValueOneofCase.StringValue:
                json.WriteString("string_value", value.StringValue);
                break;

            case AnyValue.ValueOneofCase.BoolValue:
                json.WriteBoolean("bool_value", value.BoolValue);
                break;

            case AnyValue.ValueOneofCase.IntValue:
                json.WriteNumber("int_value", value.IntValue);
                break;

            case AnyValue.ValueOneofCase.DoubleValue:
                json.WriteDouble("double_value", value.DoubleValue);
                break;

            case AnyValue.ValueOneofCase.BytesValue:
                json.WriteBase64String("bytes_value", value.BytesValue.Span);
                break;

            case AnyValue.ValueOneofCase.ArrayValue:
                json.WriteStartObject("array_value");
                json.WriteList("values", value.ArrayValue.Values, WriteValue);
                json.WriteEndObject();
                break;

            case AnyValue.ValueOneofCase.KvlistValue:
                json.WriteStartObject("kvlist_value");
                json.WriteList("values", value.KvlistValue.Values, WritePair);
                json.WriteEndObject();
                break;
        }
    }

    private static void WriteIds(Utf8JsonWriter json, ByteString traceId, ByteString spanId, string state)
    {
        WriteBytes(json, "trace_id", traceId);
        WriteBytes(json, "span_id", spanId);
        WriteText(json, "trace_state", state);
    }

    private static void WriteBytes(Utf8JsonWriter json, string name, ByteString bytes)
    {
        if (!bytes.IsEmpty)
        {
            json.WriteBase64String(name, bytes.Span);
        }
    }

    private static void WriteText(Utf8JsonWriter json, string name, string text)
    {
        if (text.Length > 0)
        {
            json.WriteString(name, text);
        }
    }

    private static void WriteNumber(Utf8JsonWriter json, string name, ulong number)
    {
        if (number > 0)
        {
            json.WriteNumber(name, number);
        }
    }

    private static Dictionary<T, string> Names<T>(string prefix)
        where T : struct, Enum => Enum.GetValues<T>().ToDictionary(value => value, value => prefix + value.ToString().ToUpperInvariant());
}
