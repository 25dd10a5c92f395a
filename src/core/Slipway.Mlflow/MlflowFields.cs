using System.Globalization;
using System.Text.Json;
using Slipway.Core.Errors;

namespace Slipway.Mlflow;

/// <summary>
/// The fields of a message as MLflow's clients send it: JSON's form of protobuf, where a 64-bit integer is a number or a text, NaN and the infinities are texts, and null is the same
/// as absent. Whatever is wrong with a field is said with its path, such as <c>metrics[3].value</c>.
/// </summary>
public readonly partial struct MlflowFields
{
    private readonly JsonElement _message;
    private readonly string _path;

    internal MlflowFields(JsonElement message, string path)
    {
        _message = message;
        _path = path;
    }

    /// <summary>The whole name of a field.</summary>
    public string PathOf(string name) => _path.Length == 0 ? name : $"{_path}.{name}";

    /// <summary>A text; null when it is absent.</summary>
    public string? Text(string name) => Find(name) is { } value ? TextOf(value, PathOf(name)) : null;

    /// <summary>A text that must be there and not empty.</summary>
    public string RequiredText(string name) => Text(name) is { Length: > 0 } text ? text : throw Missing(name);

    /// <summary>A 64-bit integer; null when it is absent.</summary>
    public long? Integer(string name) => Find(name) is not { } value ? null : value.ValueKind switch
    {
        JsonValueKind.Number when value.TryGetInt64(out var number) => number,

        // Protobuf takes 3.0 and 3e2 for integers.
        JsonValueKind.Number when value.TryGetDouble(out var number) && Math.Abs(number) < 1L << 53 && number == Math.Floor(number) => (long)number,
        JsonValueKind.String when long.TryParse(TextOf(value, PathOf(name)), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) => number,
        _ => throw Invalid(name, value, "It is a 64-bit integer."),
    };

    /// <summary>An integer that must be there.</summary>
    public long RequiredInteger(string name) => Integer(name) ?? throw Missing(name);

    /// <summary>A number, which may be NaN or infinite, that must be there.</summary>
    public double RequiredNumber(string name) => Find(name) is not { } value ? throw Missing(name) : value.ValueKind switch
    {
        // 1e999 is a number to JSON and infinite to a double; no client means that.
        JsonValueKind.Number when value.TryGetDouble(out var number) && double.IsFinite(number) => number,
        JsonValueKind.String when MlflowJson.TryReadNumber(TextOf(value, PathOf(name)), out var number) => number,
        _ => throw Invalid(name, value, "It is a number, or one of the texts NaN, Infinity and -Infinity."),
    };

    /// <summary>True or false, which a query says as a text; null when it is absent.</summary>
    public bool? Boolean(string name) => Find(name) is not { } value ? null : value.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.String when bool.TryParse(TextOf(value, PathOf(name)), out var flag) => flag,
        _ => throw Invalid(name, value, "It is true or false."),
    };

    /// <summary>One of an enum's values, by its name or number in MLflow's messages; null when it is absent.</summary>
    /// <typeparam name="T">Whose members have MLflow's numbers and names.</typeparam>
    public T? Choice<T>(string name)
        where T : struct, Enum
    {
        if (Find(name) is not { } value)
        {
            return null;
        }

        var given = value.ValueKind switch
        {
            JsonValueKind.String => TextOf(value, PathOf(name)),
            JsonValueKind.Number when value.TryGetInt32(out var number) => NameOf((T)Enum.ToObject(typeof(T), number)),
            _ => "",
        };
        var choices = Enum.GetValues<T>();
        return Array.FindIndex(choices, choice => NameOf(choice) == given) is >= 0 and var index
            ? choices[index]
            : throw Invalid(name, value, $"It is one of {string.Join(", ", choices.Select(NameOf))}.");
    }

    /// <summary>A value's name in MLflow's messages: <c>ACTIVE_ONLY</c> of <c>ActiveOnly</c>.</summary>
    public static string NameOf<T>(T choice)
        where T : struct, Enum => JsonNamingPolicy.SnakeCaseUpper.ConvertName(choice.ToString());

    /// <summary>A list of messages; empty when it is absent.</summary>
    public IReadOnlyList<MlflowFields> Messages(string name)
    {
        var items = Items(name);
        var messages = new MlflowFields[items.Count];
        for (var i = 0; i < messages.Length; i++)
        {
            var path = string.Create(CultureInfo.InvariantCulture, $"{PathOf(name)}[{i}]");
            messages[i] = items[i].ValueKind == JsonValueKind.Object ? new MlflowFields(items[i], path) : throw InvalidAt(path, items[i].GetRawText(), "It is an object.");
        }

        return messages;
    }

    /// <summary>A list of texts; empty when it is absent.</summary>
    public IReadOnlyList<string> Texts(string name)
    {
        var path = PathOf(name);
        return [.. Items(name).Select((item, i) => TextOf(item, string.Create(CultureInfo.InvariantCulture, $"{path}[{i}]")))];
    }

    /// <summary>The error of a field that must be there.</summary>
    public SlipwayException Missing(string name) => new(
        ErrorKind.InvalidInput, $"Missing value for required parameter '{PathOf(name)}'. See the API docs for more information about request parameters.");

    /// <summary>The error of a field whose value is not taken, with one sentence that says what is.</summary>
    public SlipwayException Invalid(string name, string value, string rule) => InvalidAt(PathOf(name), JsonSerializer.Serialize(value, MlflowJson.Quoting), rule);

    private static SlipwayException InvalidAt(string path, string json, string rule)
    {
        const int Shown = 100;
        var shown = json.Length <= Shown ? json : $"{json[..Shown]}…";
        return new SlipwayException(ErrorKind.InvalidInput, $"Invalid value {shown} for parameter '{path}' supplied: {rule}");
    }

    private static string TextOf(JsonElement value, string path)
    {
        if (value.ValueKind != JsonValueKind.String)
        {
            throw InvalidAt(path, value.GetRawText(), "It is a text.");
        }

        string text;
        try
        {
            text = value.GetString()!;
        }
        catch (InvalidOperationException)
        {
            // A half of a surrogate pair, or bytes that are not UTF-8.
            throw new SlipwayException(ErrorKind.InvalidInput, $"Invalid value for parameter '{path}' supplied: it is not valid Unicode.");
        }

        // PostgreSQL keeps no such character, so no text has it.
        return text.Contains('\0', StringComparison.Ordinal)
            ? throw new SlipwayException(ErrorKind.InvalidInput, $"Invalid value for parameter '{path}' supplied: it contains the character U+0000.")
            : text;
    }

    private SlipwayException Invalid(string name, JsonElement value, string rule) => InvalidAt(PathOf(name), value.GetRawText(), rule);

    private JsonElement? Find(string name) =>
        _message.ValueKind == JsonValueKind.Object && _message.TryGetProperty(name, out var value) && value.ValueKind is not JsonValueKind.Null ? value : null;

    // A query names a list of one as it names a single value.
    private IReadOnlyList<JsonElement> Items(string name) => Find(name) is not { } value ? [] : value.ValueKind switch
    {
        JsonValueKind.Array => [.. value.EnumerateArray()],
        JsonValueKind.String => [value],
        _ => throw Invalid(name, value, "It is a list."),
    };
}
