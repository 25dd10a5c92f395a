using System.Buffers;
using System.Text;

namespace Slipway.Serving.OpenInference;

/// <content>Texts of the JSON, and their escapes.</content>
internal ref partial struct InferRequestParser
{
    private static readonly SearchValues<byte> StringStops = SearchValues.Create([(byte)'"', (byte)'\\', .. Enumerable.Range(0, 0x20).Select(c => (byte)c)]);

    /// <summary>Reads a text value; <paramref name="what"/> it is for stands in the message when it is none.</summary>
    private ReadOnlySpan<byte> ReadText(string what) => _at < _json.Length && _json[_at] == '"'
        ? ReadString("").Span
        : throw Bad($"The request is wrong at byte {_at}: {what} must be a text");

    /// <summary>Reads a string without its quotes and escapes. The result lives as long as the call.</summary>
    private ReadOnlyMemory<byte> ReadString(string expected)
    {
        if (!TryTake((byte)'"'))
        {
            throw BadJson(expected);
        }

        var length = _json[_at..].IndexOfAny(StringStops);
        if (length >= 0 && _json[_at + length] == '"')
        {
            var text = _body.Slice(_at, length);
            _at += length + 1;
            return text;
        }

        return ReadEscapedString();
    }

    private ReadOnlyMemory<byte> ReadEscapedString()
    {
        var texts = _call.Texts;

        // Without its escapes a text is never longer than with them; reserved in one go, it lies in one piece.
        var begin = _at;
        var end = EndOfString();
        texts.Reserve(end - begin);
        var from = texts.Count;
        while (_at < end)
        {
            var plain = _json[_at..end].IndexOf((byte)'\\');
            if (plain < 0)
            {
                plain = end - _at;
            }

            texts.Append(_json.Slice(_at, plain));
            _at += plain;
            if (_at < end)
            {
                ReadEscape(texts, end);
            }
        }

        _at = end + 1;
        return texts.Written[from..];
    }

    private readonly int EndOfString()
    {
        var at = _at;
        while (true)
        {
            var step = _json[at..].IndexOfAny(StringStops);
            if (step < 0)
            {
                throw BadJson("a text has no end");
            }

            at += step;
            switch (_json[at])
            {
                case (byte)'"':
                    return at;
                case (byte)'\\' when at + 1 < _json.Length:
                    at += 2;
                    break;
                case (byte)'\\':
                    throw BadJson("a text has no end");
                default:
                    throw BadJson("a text holds a control character, which must be written as an escape");
            }
        }
    }

    private void ReadEscape(CallBuffer texts, int end)
    {
        var escape = _json[_at + 1];
        _at += 2;
        switch (escape)
        {
            case (byte)'"' or (byte)'\\' or (byte)'/':
                texts.Append(escape);
                break;
            case (byte)'b':
                texts.Append((byte)'\b');
                break;
            case (byte)'f':
                texts.Append((byte)'\f');
                break;
            case (byte)'n':
                texts.Append((byte)'\n');
                break;
            case (byte)'r':
                texts.Append((byte)'\r');
                break;
            case (byte)'t':
                texts.Append((byte)'\t');
                break;
            case (byte)'u':
                ReadUnicodeEscape(texts, end);
                break;
            default:
                throw BadJson($"'\\{(char)escape}' is not an escape");
        }
    }

    private void ReadUnicodeEscape(CallBuffer texts, int end)
    {
        var first = (char)ReadHex(end);
        Rune rune;
        if (char.IsHighSurrogate(first) && end - _at >= 6 && _json[_at] == '\\' && _json[_at + 1] == 'u')
        {
            _at += 2;
            if (!Rune.TryCreate(first, (char)ReadHex(end), out rune))
            {
                throw BadJson("half of a surrogate pair stands alone");
            }
        }
        else if (!Rune.TryCreate(first, out rune))
        {
            throw BadJson("half of a surrogate pair stands alone");
        }

        Span<byte> utf8 = stackalloc byte[4];
        texts.Append(utf8[..rune.EncodeToUtf8(utf8)]);
    }

    private int ReadHex(int end)
    {
        var value = 0;
        for (var i = 0; i < 4; i++)
        {
            var digit = _at < end ? HexDigit(_json[_at]) : -1;
            if (digit < 0)
            {
                throw BadJson("'\\u' needs four hexadecimal digits");
            }

            value = (value << 4) | digit;
            _at++;
        }

        return value;
    }

    private static int HexDigit(byte c) => c switch
    {
        >= (byte)'0' and <= (byte)'9' => c - '0',
        >= (byte)'a' and <= (byte)'f' => c - 'a' + 10,
        >= (byte)'A' and <= (byte)'F' => c - 'A' + 10,
        _ => -1,
    };
}
