using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Slipway.Core.Errors;

namespace Slipway.Mlflow;

/// <content>Fields that hold more than one value.</content>
public readonly partial struct MlflowFields
{
    /// <summary>A message; null when it is absent.</summary>
    public MlflowFields? Message(string name) => Find(name) is not { } value
        ? null
        : value.ValueKind == JsonValueKind.Object ? new MlflowFields(value, PathOf(name)) : throw Invalid(name, value, "It is an object.");

    /// <summary>A message that must be there.</summary>
    public MlflowFields RequiredMessage(string name) => Message(name) ?? throw Missing(name);

    /// <summary>Texts by their keys, in the order in which they came; empty when it is absent.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> TextMap(string name)
    {
        if (Find(name) is not { } map)
        {
            return [];
        }

        if (map.ValueKind != JsonValueKind.Object)
        {
            throw Invalid(name, map, "It is an object whose values are texts.");
        }

        var path = PathOf(name);
        return [.. map.EnumerateObject().Select(member => KeyValuePair.Create(KeyOf(member, path), TextOf(member.Value, $"{path}[{KeyOf(member, path)}]")))];
    }

    /// <summary>Any value, as JSON that is fit to be answered as it is; null when it is absent. Only who takes a null for a value sees one, as <c>null</c>.</summary>
    public string? Json(string name, bool takesNull = false)
    {
        if (Find(name) is not { } value)
        {
            return takesNull && _message.ValueKind == JsonValueKind.Object && _message.TryGetProperty(name, out _) ? "null" : null;
        }

        var text = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(text, MlflowJson.Writing);
        try
        {
            value.WriteTo(json);
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException)
        {
            throw NotUnicode(PathOf(name));
        }

        json.Flush();
        return Encoding.UTF8.GetString(text.WrittenSpan);
    }

    /// <summary>A list of messages that stands in a text, as JSON; null when it is absent.</summary>
    public IReadOnlyList<MlflowFields>? MessagesInText(string name)
    {
        if (InText(name) is not { } list)
        {
            return null;
        }

        if (list.ValueKind != JsonValueKind.Array)
        {
            throw Invalid(name, list, "It is a text that holds a list as JSON.");
        }

        var path = PathOf(name);
        return [.. list.EnumerateArray().Select((item, i) => item.ValueKind == JsonValueKind.Object
            ? new MlflowFields(item, string.Create(CultureInfo.InvariantCulture, $"{path}[{i}]"))
            : throw InvalidAt(string.Create(CultureInfo.InvariantCulture, $"{path}[{i}]"), item.GetRawText(), "It is an object."))];
    }

    /// <summary>Texts by their keys that stand in a text, as JSON; null when it is absent. A number, true or false is taken for its text.</summary>
    public IReadOnlyList<KeyValuePair<string, string>>? TextMapInText(string name)
    {
        if (InText(name) is not { } map)
        {
            return null;
        }

        if (map.ValueKind != JsonValueKind.Object)
        {
            throw Invalid(name, map, "It is a text that holds an object as JSON, whose values are texts.");
        }

        var path = PathOf(name);
        return [.. map.EnumerateObject().Select(member => KeyValuePair.Create(
            KeyOf(member, path),
            member.Value.ValueKind is JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False ? member.Value.GetRawText() : TextOf(member.Value, $"{path}[{KeyOf(member, path)}]")))];
    }

    private JsonElement? InText(string name)
    {
        if (Text(name) is not { Length: > 0 } text)
        {
            return null;
        }

        try
        {
            return JsonElement.Parse(text);
        }
        catch (JsonException e)
        {
            var at = string.Create(CultureInfo.InvariantCulture, $"line {e.LineNumber + 1}, near byte {e.BytePositionInLine}");
            throw new SlipwayException(ErrorKind.InvalidInput, $"Invalid value for parameter '{PathOf(name)}' supplied: its JSON is wrong at {at}. NaN and infinities are no JSON.");
        }
    }

    private static string KeyOf(JsonProperty member, string path)
    {
        try
        {
            return member.Name.Contains('\0', StringComparison.Ordinal)
                ? throw new SlipwayException(ErrorKind.InvalidInput, $"Invalid value for parameter '{path}' supplied: a key contains the character U+0000.")
                : member.Name;
        }
        catch (InvalidOperationException)
        {
            throw NotUnicode(path);
        }
    }

    private static SlipwayException NotUnicode(string path) => new(ErrorKind.InvalidInput, $"Invalid value for parameter '{path}' supplied: it is not valid Unicode.");
}
