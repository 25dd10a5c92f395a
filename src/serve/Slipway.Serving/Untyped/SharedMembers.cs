using System.Text;

namespace Slipway.Serving.Untyped;

/// <summary>What a body says besides the values, the same in every protocol without types: <c>id</c>, <c>event_time</c>, <c>sticky_key</c>, <c>segment.NAME</c>, <c>timing</c>.</summary>
internal static class SharedMembers
{
    private const int MaxIdLength = 256;

    /// <summary>Reads the member that was stepped to, when it is one of these.</summary>
    public static bool TryRead(scoped ref JsonCursor json, InferenceCall call, scoped ReadOnlySpan<byte> name)
    {
        if (name.SequenceEqual("id"u8))
        {
            Once(call.RequestId is null, name);
            call.RequestId = ReadId(ref json);
        }
        else if (name.SequenceEqual("event_time"u8))
        {
            Once(call.Fields.EventTimes.Count == 0, name);
            call.Fields.SetEventTimes(ReadField(ref json, name));
        }
        else if (name.SequenceEqual("sticky_key"u8))
        {
            Once(call.Fields.StickyKeys.Count == 0, name);
            call.Fields.SetStickyKeys(ReadField(ref json, name));
        }
        else if (name.StartsWith("segment."u8))
        {
            var segment = Encoding.UTF8.GetString(name["segment.".Length..]);
            Once(!call.Fields.HasSegment(segment), name);
            call.Fields.AddSegment(segment, ReadField(ref json, name));
        }
        else if (name.SequenceEqual("timing"u8))
        {
            call.WantsTiming = json.Rest.StartsWith("true"u8) || (json.Rest.StartsWith("false"u8) ? false : throw json.Wrong("\"timing\" must be true or false"));
            json.SkipValue();
        }
        else
        {
            return false;
        }

        return true;
    }

    /// <summary>Reads nothing but these from the call's body.</summary>
    public static void ReadAll(InferenceCall call)
    {
        var json = new JsonCursor(call);
        json.Enter((byte)'{', "a JSON object was expected");
        for (var first = true; json.NextMember(ref first, out var name);)
        {
            if (!TryRead(ref json, call, name))
            {
                json.SkipValue();
            }
        }
    }

    private static string ReadId(scoped ref JsonCursor json)
    {
        var id = json.ReadText("\"id\"");
        return id.Length is > 0 and <= MaxIdLength
            ? Encoding.UTF8.GetString(id.Span)
            : throw JsonCursor.Bad($"\"id\" has {id.Length} bytes; 1 to {MaxIdLength} are taken");
    }

    /// <summary>One value for all rows, or an array of one a row. Numbers and truth values are taken as they are written.</summary>
    private static List<string> ReadField(scoped ref JsonCursor json, scoped ReadOnlySpan<byte> name)
    {
        var values = new List<string>();
        if (!json.TryTake((byte)'['))
        {
            values.Add(ReadFieldValue(ref json, name));
            return values;
        }

        for (var first = true; json.NextItem(ref first);)
        {
            values.Add(ReadFieldValue(ref json, name));
        }

        return values.Count > 0 ? values : throw JsonCursor.Bad($"\"{Text(name)}\" is an empty array. Give one value for all rows, or one a row");
    }

    private static string ReadFieldValue(scoped ref JsonCursor json, scoped ReadOnlySpan<byte> name)
    {
        if (json.IsNext((byte)'"'))
        {
            return Encoding.UTF8.GetString(json.ReadString().Span);
        }

        var begin = json.At;
        json.SkipValue();
        var text = json.Json[begin..json.At];
        return text[0] is not ((byte)'[' or (byte)'{' or (byte)'n' or (byte)'N')
            ? Encoding.UTF8.GetString(text)
            : throw JsonCursor.Bad($"\"{Text(name)}\" must be a text or an array of one text a row");
    }

    private static void Once(bool isFirst, scoped ReadOnlySpan<byte> name)
    {
        if (!isFirst)
        {
            throw JsonCursor.Twice(name);
        }
    }

    private static string Text(scoped ReadOnlySpan<byte> name) => JsonCursor.Short(Encoding.UTF8.GetString(name));
}
