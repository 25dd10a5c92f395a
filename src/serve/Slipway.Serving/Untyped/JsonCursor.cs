using System.Buffers;
using System.Buffers.Text;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Slipway.Core.Errors;

namespace Slipway.Serving.Untyped;

/// <summary>
/// Walks over a request's JSON, once and without a tree. Texts stay where they are in the body, or lie in the call's buffer when they had escapes. <c>NaN</c> and <c>Infinity</c>, which
/// Python writes as bare words, are taken wherever a number may stand.
/// </summary>
internal ref partial struct JsonCursor
{
    /// <summary>The deepest that values nobody needs are nested.</summary>
    public const int MaxDepth = 64;

    private static readonly SearchValues<byte> StringStops = SearchValues.Create([(byte)'"', (byte)'\\', .. Enumerable.Range(0, 0x20).Select(c => (byte)c)]);

    private readonly ReadOnlyMemory<byte> _body;
    private readonly CallBuffer _texts;

    /// <summary>Begins before the first value of the call's body.</summary>
    /// <exception cref="SlipwayException">The body is empty or no UTF-8.</exception>
    public JsonCursor(InferenceCall call)
    {
        _body = call.Body.Written;
        _texts = call.Texts;
        Json = _body.Span;

        // Checked once, over vectors, so that no text needs a check of its own.
        if (!Utf8.IsValid(Json))
        {
            throw Bad("The request is not UTF-8 text");
        }

        At = Json.StartsWith("\uFEFF"u8) ? 3 : 0;
        SkipSpace();
        if (At == Json.Length)
        {
            throw Bad("The request is empty");
        }
    }

    /// <summary>The whole text.</summary>
    public ReadOnlySpan<byte> Json { get; }

    /// <summary>Where the next byte is.</summary>
    public int At { get; set; }

    /// <summary>What is left.</summary>
    public readonly ReadOnlySpan<byte> Rest => Json[At..];

    /// <summary>Steps into an object or an array.</summary>
    public void Enter(byte bracket, string problem)
    {
        if (!TryTake(bracket))
        {
            throw Wrong(problem);
        }
    }

    /// <summary>Steps to the next member of an object and reads its name and colon; false at the object's end.</summary>
    public bool NextMember(ref bool first, out ReadOnlySpan<byte> name)
    {
        SkipSpace();
        if (TryTake((byte)'}'))
        {
            name = default;
            return false;
        }

        if (!first)
        {
            if (!TryTake((byte)','))
            {
                throw Wrong("',' or '}' was expected");
            }

            SkipSpace();
        }

        first = false;
        name = ReadName();
        return true;
    }

    /// <summary>Steps to the next element of an array; false at the array's end.</summary>
    public bool NextItem(ref bool first)
    {
        SkipSpace();
        if (first ? TryTake((byte)']') : !TryTake((byte)','))
        {
            return first || TryTake((byte)']') ? false : throw Wrong("',' or ']' was expected");
        }

        first = false;
        SkipSpace();
        return true;
    }

    /// <summary>Reads a text value; <paramref name="what"/> it is for stands in the message when it is none.</summary>
    public ReadOnlyMemory<byte> ReadText(string what) => IsNext((byte)'"') ? ReadString() : throw Wrong($"{what} must be a text");

    /// <summary>Reads a string, which begins here, without its quotes and escapes. The result lives as long as the call.</summary>
    public ReadOnlyMemory<byte> ReadString()
    {
        var from = At + 1;
        var length = Json[from..].IndexOfAny(StringStops);
        if (length >= 0 && Json[from + length] == '"')
        {
            At = from + length + 1;
            return _body.Slice(from, length);
        }

        // Escapes are rare, and the framework knows them.
        try
        {
            var reader = new Utf8JsonReader(Rest);
            reader.Read();
            _texts.Reserve(reader.ValueSpan.Length);
            var begin = _texts.Count;
            _texts.Advance(reader.CopyString(_texts.GetSpan(reader.ValueSpan.Length)));
            At += (int)reader.BytesConsumed;
            return _texts.Written[begin..];
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw Wrong("a text has no end, a control character, or an escape that is none");
        }
    }

    /// <summary>True when <c>{"b64": "…"}</c> stands here, which is bytes.</summary>
    public readonly bool IsBase64()
    {
        var probe = this;
        return probe.TryEnterBase64(out _);
    }

    /// <summary>Reads <c>{"b64": "…"}</c>; false, and nothing is read, when something else stands here.</summary>
    public bool TryReadBase64(out ReadOnlyMemory<byte> bytes)
    {
        var begin = At;
        if (!TryEnterBase64(out var text))
        {
            At = begin;
            bytes = default;
            return false;
        }

        _texts.Reserve(Base64.GetMaxDecodedFromUtf8Length(text.Length));
        var from = _texts.Count;
        if (Base64.DecodeFromUtf8(text.Span, _texts.GetSpan(), out _, out var written) != OperationStatus.Done)
        {
            At = begin;
            throw Wrong("\"b64\" is not base64");
        }

        _texts.Advance(written);
        bytes = _texts.Written[from..];
        return true;
    }

    /// <summary>Says that nothing may follow.</summary>
    public void ExpectEnd()
    {
        SkipSpace();
        if (At != Json.Length)
        {
            throw Wrong("there is more after the end of the object");
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void SkipSpace() => At = SkipSpace(Json, At);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int SkipSpace(ReadOnlySpan<byte> json, int at)
    {
        while (at < json.Length && json[at] is (byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t')
        {
            at++;
        }

        return at;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly bool IsNext(byte wanted) => At < Json.Length && Json[At] == wanted;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryTake(byte wanted)
    {
        if (IsNext(wanted))
        {
            At++;
            return true;
        }

        return false;
    }

    /// <summary>An error at this place of the text.</summary>
    public readonly SlipwayException Wrong(string problem) => Bad($"The request is not right at byte {At}: {problem}");

    /// <summary>A member that an object has twice.</summary>
    public static SlipwayException Twice(ReadOnlySpan<byte> name) => Bad($"\"{Short(Encoding.UTF8.GetString(name))}\" appears twice in one object");

    public static SlipwayException Bad(string message) => new(ErrorKind.InvalidInput, message + ".");

    public static string Short(string text) => text.Length <= 60 ? text : string.Concat(text.AsSpan(0, 60), "…");

    private bool TryEnterBase64(out ReadOnlyMemory<byte> text)
    {
        text = default;
        if (!TryTake((byte)'{'))
        {
            return false;
        }

        SkipSpace();
        if (!Rest.StartsWith("\"b64\""u8))
        {
            return false;
        }

        At += 5;
        SkipSpace();
        if (!TryTake((byte)':'))
        {
            return false;
        }

        SkipSpace();
        if (!IsNext((byte)'"'))
        {
            return false;
        }

        text = ReadString();
        SkipSpace();
        return TryTake((byte)'}');
    }

    private ReadOnlySpan<byte> ReadName()
    {
        if (!IsNext((byte)'"'))
        {
            throw Wrong("a member's name was expected");
        }

        var name = ReadString().Span;
        SkipSpace();
        if (!TryTake((byte)':'))
        {
            throw Wrong("':' was expected");
        }

        SkipSpace();
        return name;
    }
}
