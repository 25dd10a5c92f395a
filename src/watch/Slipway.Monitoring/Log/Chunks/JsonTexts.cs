using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Slipway.Monitoring.Log.Chunks;

/// <summary>What stands in a column as JSON: segments and digests.</summary>
internal static class JsonTexts
{
    // A digest of texts, or of numbers that hold NaN, has no smallest element.
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web) { NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals };

    public static string? Digest(TensorDigest? digest) => digest is null ? null : JsonSerializer.Serialize(digest, Options);

    public static TensorDigest? ReadDigest(string? text) => text is null ? null : JsonSerializer.Deserialize<TensorDigest>(text, Options);

    /// <summary>Each row's segments as an object, null where it has none.</summary>
    public static string?[] Segments(IReadOnlyDictionary<string, string?[]> segments, int rows)
    {
        var texts = new string?[rows];
        if (segments.Count == 0)
        {
            return texts;
        }

        var buffer = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(buffer);
        for (var row = 0; row < rows; row++)
        {
            // Rows of one request, and of one kind of caller, mostly have the same.
            if (row > 0 && segments.Values.All(values => values[row] == values[row - 1]))
            {
                texts[row] = texts[row - 1];
                continue;
            }

            buffer.ResetWrittenCount();
            json.Reset();
            json.WriteStartObject();
            var any = false;
            foreach (var (name, values) in segments)
            {
                if (values[row] is { } value)
                {
                    json.WriteString(name, value);
                    any = true;
                }
            }

            json.WriteEndObject();
            json.Flush();
            texts[row] = any ? Encoding.UTF8.GetString(buffer.WrittenSpan) : null;
        }

        return texts;
    }

    /// <summary>The columns of segments from each row's object.</summary>
    public static Dictionary<string, string?[]> ReadSegments(ReadOnlySpan<string?> texts)
    {
        var segments = new Dictionary<string, string?[]>(StringComparer.Ordinal);
        for (var row = 0; row < texts.Length; row++)
        {
            if (texts[row] is not { } text)
            {
                continue;
            }

            foreach (var (name, value) in JsonSerializer.Deserialize<Dictionary<string, string>>(text)!)
            {
                if (!segments.TryGetValue(name, out var values))
                {
                    segments[name] = values = new string?[texts.Length];
                }

                values[row] = value;
            }
        }

        return segments;
    }
}
