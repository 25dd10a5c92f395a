using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Slipway.Mlflow;
using Slipway.Tracking.Traces.Otlp.Protos;

namespace Slipway.Tracking.Traces.Otlp;

/// <summary>An attribute's value as a text: a text as it is, anything else as JSON.</summary>
internal static class AnyValueText
{
    private static readonly JsonWriterOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Of(AnyValue? value)
    {
        if (value is { ValueCase: AnyValue.ValueOneofCase.StringValue })
        {
            return Plain(value.StringValue);
        }

        // For people and for comparison; whatever shows it, escapes it.
        var text = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(text, Readable);
        Write(json, value);
        json.Flush();
        return Plain(Encoding.UTF8.GetString(text.WrittenSpan));
    }

    /// <summary>As <see cref="Of"/>, without the quotes that MLflow's clients put around texts in attributes.</summary>
    public static string Unquoted(AnyValue? value)
    {
        var text = Of(value);
        if (text.Length < 2 || text[0] != '"' || text[^1] != '"')
        {
            return text;
        }

        try
        {
            return Plain(JsonSerializer.Deserialize<string>(text)!);
        }
        catch (JsonException)
        {
            return text;
        }
    }

    private static void Write(Utf8JsonWriter json, AnyValue? value)
    {
        switch (value?.ValueCase)
        {
            case AnyValue.ValueOneofCase.StringValue:
                json.WriteStringValue(value.StringValue);
                break;

            case AnyValue.ValueOneofCase.BoolValue:
                json.WriteBooleanValue(value.BoolValue);
                break;

            case AnyValue.ValueOneofCase.IntValue:
                json.WriteNumberValue(value.IntValue);
                break;

            case AnyValue.ValueOneofCase.DoubleValue when double.IsFinite(value.DoubleValue):
                json.WriteNumberValue(value.DoubleValue);
                break;

            case AnyValue.ValueOneofCase.DoubleValue:
                json.WriteStringValue(MlflowJson.NameOf(value.DoubleValue));
                break;

            case AnyValue.ValueOneofCase.BytesValue:
                json.WriteBase64StringValue(value.BytesValue.Span);
                break;

            case AnyValue.ValueOneofCase.ArrayValue:
                json.WriteStartArray();
                foreach (var item in value.ArrayValue.Values)
                {
                    Write(json, item);
                }

                json.WriteEndArray();
                break;

            case AnyValue.ValueOneofCase.KvlistValue:
                json.WriteStartObject();
                foreach (var pair in value.KvlistValue.Values)
                {
                    json.WritePropertyName(pair.Key);
                    Write(json, pair.Value);
                }

                json.WriteEndObject();
                break;

            default:
                json.WriteNullValue();
                break;
        }
    }

    private static string Plain(string text) => text.Replace('\0', '\uFFFD');
}
