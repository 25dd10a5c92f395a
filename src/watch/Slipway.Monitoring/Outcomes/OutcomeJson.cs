using System.Globalization;
using System.Text.Json;
using Slipway.Core.Errors;
using Slipway.Core.Text;

namespace Slipway.Monitoring.Outcomes;

/// <summary>Reads <c>[{"id": …, "label": …, "time": …}, …]</c>.</summary>
internal static class OutcomeJson
{
    private const string Shape = "Send an array of {\"id\": text, \"label\": number, text or boolean, \"time\": ISO 8601, optional}.";

    public static List<Outcome> Read(ReadOnlySpan<byte> body, int maxRows)
    {
        var reader = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = 16 });
        try
        {
            return Read(ref reader, maxRows);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: a text that is no UTF-8, or half of a surrogate pair.
            var place = e is JsonException { LineNumber: { } line } json ? $" at line {line + 1}, byte {json.BytePositionInLine + 1}" : "";
            throw new SlipwayException(ErrorKind.InvalidInput, $"The outcomes are no valid JSON{place}. {Shape}", e);
        }
    }

    private static List<Outcome> Read(ref Utf8JsonReader reader, int maxRows)
    {
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartArray)
        {
            throw new SlipwayException(ErrorKind.InvalidInput, $"The outcomes are no JSON array. {Shape}");
        }

        var outcomes = new List<Outcome>();
        var mistakes = new OutcomeMistakes(row => $"[{row}]");
        for (var index = 0; reader.Read() && reader.TokenType != JsonTokenType.EndArray; index++)
        {
            if (index == maxRows)
            {
                throw OutcomeMistakes.TooMany(maxRows);
            }

            if (reader.TokenType != JsonTokenType.StartObject)
            {
                mistakes.Add(index, "this is no object with id and label.");
                reader.Skip();
            }
            else if (ReadOne(ref reader, index, mistakes) is { } outcome)
            {
                outcomes.Add(outcome);
            }

            if (mistakes.Enough)
            {
                break;
            }
        }

        mistakes.ThrowIfAny();
        return reader.Read() ? throw new SlipwayException(ErrorKind.InvalidInput, $"Something follows the array of outcomes. {Shape}") : outcomes;
    }

    private static Outcome? ReadOne(ref Utf8JsonReader reader, int row, OutcomeMistakes mistakes)
    {
        string? id = null;
        string? label = null;
        string? time = null;
        string? wrong = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var key = reader.ValueTextEquals("id"u8) ? 'i' : reader.ValueTextEquals("label"u8) ? 'l' : reader.ValueTextEquals("time"u8) ? 't' : '?';
            if (key == '?')
            {
                wrong ??= $"'{Excerpt.Of(reader.GetString(), 40)}' is no key of an outcome. It has id, label and time.";
            }

            reader.Read();
            switch (key, reader.TokenType)
            {
                case (_, JsonTokenType.Null):
                    break;
                case ('i', JsonTokenType.String):
                    id = reader.GetString();
                    break;
                case ('i', _):
                    wrong ??= "id is no text. Write the prediction's id between quotes.";
                    break;
                case ('l', JsonTokenType.String):
                    label = reader.GetString();
                    break;
                case ('l', JsonTokenType.Number):
                    label = Number(ref reader);
                    wrong ??= label is null ? "label is larger than a double can be." : null;
                    break;
                case ('l', JsonTokenType.True or JsonTokenType.False):
                    label = reader.GetBoolean() ? "true" : "false";
                    break;
                case ('l', _):
                    wrong ??= "label is no number, text or boolean.";
                    break;
                case ('t', JsonTokenType.String):
                    time = reader.GetString();
                    break;
                case ('t', JsonTokenType.Number):
                    wrong ??= "time is a number, which could be seconds or milliseconds of any zone. Write it as ISO 8601, for example 2012-05-03T14:00:00Z.";
                    break;
                case ('t', _):
                    wrong ??= "time is no text. Write it as ISO 8601, for example 2012-05-03T14:00:00Z.";
                    break;
            }

            reader.Skip();
        }

        if (wrong is not null)
        {
            mistakes.Add(row, wrong);
            return null;
        }

        return mistakes.Check(row, id, label, time);
    }

    // 16 and 16.0 are one label, also where it is a class; a whole number that a double cannot hold keeps its digits.
    private static string? Number(ref Utf8JsonReader reader)
    {
        if (reader.TryGetInt64(out var whole))
        {
            return whole.ToString(CultureInfo.InvariantCulture);
        }

        var number = reader.GetDouble();
        return double.IsFinite(number) ? number.ToString("R", CultureInfo.InvariantCulture) : null;
    }
}
