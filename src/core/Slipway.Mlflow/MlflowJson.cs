using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;

namespace Slipway.Mlflow;

/// <summary>JSON as MLflow's clients read and write it.</summary>
public static class MlflowJson
{
    /// <summary>Every script as it is, but nothing that a page could take for a tag.</summary>
    public static JavaScriptEncoder Encoder { get; } = JavaScriptEncoder.Create(UnicodeRanges.All);

    internal static JsonWriterOptions Writing { get; } = new() { Encoder = Encoder };

    internal static JsonSerializerOptions Quoting { get; } = new() { Encoder = Encoder };

    /// <summary>Writes a member that is a number, NaN or infinite.</summary>
    public static void WriteDouble(this Utf8JsonWriter json, string name, double value)
    {
        if (double.IsFinite(value))
        {
            json.WriteNumber(name, value);
        }
        else
        {
            json.WriteString(name, NameOf(value));
        }
    }

    /// <summary>The text that stands for a number which is NaN or infinite.</summary>
    public static string NameOf(double value) => double.IsNaN(value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity";

    /// <summary>Writes a list of objects; nothing where there are none, since an empty list is absent in MLflow's answers.</summary>
    public static void WriteList<T>(this Utf8JsonWriter json, string name, IReadOnlyCollection<T> items, Action<Utf8JsonWriter, T> write)
    {
        if (items.Count == 0)
        {
            return;
        }

        json.WriteStartArray(name);
        foreach (var item in items)
        {
            json.WriteStartObject();
            write(json, item);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    /// <summary>An object as a text, whose members <paramref name="write"/> writes: MLflow has fields that are texts and hold JSON.</summary>
    public static string TextOf(Action<Utf8JsonWriter> write) => ReadText(json =>
    {
        json.WriteStartObject();
        write(json);
        json.WriteEndObject();
    });

    /// <summary>A list of objects as a text.</summary>
    public static string ListTextOf<T>(IEnumerable<T> items, Action<Utf8JsonWriter, T> write) => ReadText(json =>
    {
        json.WriteStartArray();
        foreach (var item in items)
        {
            json.WriteStartObject();
            write(json, item);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    });

    internal static bool TryReadNumber(string text, out double number)
    {
        (var known, number) = text switch
        {
            "NaN" => (true, double.NaN),
            "Infinity" => (true, double.PositiveInfinity),
            "-Infinity" => (true, double.NegativeInfinity),
            _ => (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var finite) && double.IsFinite(finite), finite),
        };
        return known;
    }

    private static string ReadText(Action<Utf8JsonWriter> write)
    {
        var text = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(text, Writing))
        {
            write(json);
        }

        return Encoding.UTF8.GetString(text.WrittenSpan);
    }
}
