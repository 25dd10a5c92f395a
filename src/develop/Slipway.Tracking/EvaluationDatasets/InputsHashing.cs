using System.Buffers;
using System.Security.Cryptography;
using System.Text.Json;

namespace Slipway.Tracking.EvaluationDatasets;

/// <summary>By what inputs are known: their content, whatever the order of their keys and the spaces between. A whole number is not the same as one with a point, as in Python.</summary>
internal static class InputsHashing
{
    /// <summary>The hash of an object's JSON.</summary>
    public static string Of(string json)
    {
        var text = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(text))
        {
            Write(writer, JsonElement.Parse(json));
        }

        return Convert.ToHexStringLower(SHA256.HashData(text.WrittenSpan));
    }

    private static void Write(Utf8JsonWriter json, JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                json.WriteStartObject();

                // Of two members of one name the later counts, as where such JSON is read into a dictionary.
                foreach (var member in value.EnumerateObject().GroupBy(member => member.Name, (_, same) => same.Last()).OrderBy(member => member.Name, StringComparer.Ordinal))
                {
                    json.WritePropertyName(member.Name);
                    Write(json, member.Value);
                }

                json.WriteEndObject();
                break;

            case JsonValueKind.Array:
                json.WriteStartArray();
                foreach (var item in value.EnumerateArray())
                {
                    Write(json, item);
                }

                json.WriteEndArray();
                break;

            case JsonValueKind.Number when value.GetRawText().AsSpan().ContainsAny('.', 'e', 'E') && value.TryGetDouble(out var number) && double.IsFinite(number):
                // 1.50 and 15e-1 are one number; the mark keeps 1.0 apart from 1.
                json.WriteStartArray();
                json.WriteNumberValue(number);
                json.WriteEndArray();
                break;

            default:
                value.WriteTo(json);
                break;
        }
    }
}
