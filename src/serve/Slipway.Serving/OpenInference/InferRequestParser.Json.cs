using System.Runtime.CompilerServices;
using System.Text.Json;
using Slipway.Core.Errors;

namespace Slipway.Serving.OpenInference;

/// <content>Steps through JSON, and the words for what is not right about it.</content>
internal ref partial struct InferRequestParser
{
    /// <summary>Steps to the next member of an object and reads its name and colon; false at the object's end.</summary>
    private bool NextMember(ref bool first, out ReadOnlySpan<byte> name)
    {
        SkipSpace();
        if (first && TryTake((byte)'}'))
        {
            name = default;
            return false;
        }

        if (!first)
        {
            if (TryTake((byte)'}'))
            {
                name = default;
                return false;
            }

            if (!TryTake((byte)','))
            {
                throw BadJson("',' or '}' was expected");
            }

            SkipSpace();
        }

        first = false;
        name = ReadString("a member's name was expected").Span;
        SkipSpace();
        if (!TryTake((byte)':'))
        {
            throw BadJson("':' was expected");
        }

        SkipSpace();
        return true;
    }

    /// <summary>Steps to the next element of an array; false at the array's end.</summary>
    private bool NextItem(ref bool first)
    {
        SkipSpace();
        if (TryTake((byte)']'))
        {
            return false;
        }

        if (!first && !TryTake((byte)','))
        {
            throw BadJson("',' or ']' was expected");
        }

        first = false;
        SkipSpace();
        return true;
    }

    /// <summary>Steps over a value that nobody needs, which must be right JSON all the same. The framework's reader is bounded in depth.</summary>
    private void SkipValue()
    {
        try
        {
            var reader = new Utf8JsonReader(_json[_at..], new JsonReaderOptions { MaxDepth = 64 });
            reader.Read();
            reader.Skip();
            _at += (int)reader.BytesConsumed;
        }
        catch (JsonException)
        {
            throw BadJson("a value was expected that is right JSON and nested at most 64 deep");
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void SkipSpace()
    {
        while (_at < _json.Length && _json[_at] is (byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t')
        {
            _at++;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool TryTake(byte wanted)
    {
        if (_at < _json.Length && _json[_at] == wanted)
        {
            _at++;
            return true;
        }

        return false;
    }

    private void Expect(byte wanted, string problem)
    {
        if (!TryTake(wanted))
        {
            throw BadJson(problem);
        }
    }

    private static void Once<T>(ref T seen, T member, string name)
        where T : struct, Enum
    {
        if (seen.HasFlag(member))
        {
            throw Twice(name);
        }

        seen = Unsafe.BitCast<int, T>(Unsafe.BitCast<T, int>(seen) | Unsafe.BitCast<T, int>(member));
    }

    private readonly SlipwayException BadJson(string problem) => Bad($"The request is not right at byte {_at}: {problem}");

    private static SlipwayException Twice(string name) => Bad($"\"{name}\" appears twice in one object");

    private static SlipwayException Bad(string message) => new(ErrorKind.InvalidInput, message + ".");

    private static string Short(string text) => text.Length <= 60 ? text : string.Concat(text.AsSpan(0, 60), "…");
}
