using System.Globalization;
using System.Text;
using Slipway.Core.Errors;

namespace Slipway.Serving.Repository.Configuration;

/// <summary>
/// Reads protobuf's text form: fields, messages in braces or angle brackets, lists in brackets, numbers, enums, strings with their escapes, comments; a colon before a message and separators
/// after a field may be left out. Written from protobuf's text format specification. Extensions and Any have no use in a model's configuration and are refused.
/// </summary>
internal sealed class ProtoTextReader
{
    private const int MaxCharacters = 1 << 20;
    private const int MaxDepth = 32;

    private readonly string _text;
    private readonly string _file;
    private int _at;
    private int _line = 1;
    private int _lineStart;

    private ProtoTextReader(string text, string file)
    {
        _text = text;
        _file = file;
    }

    /// <summary>Reads a whole file's text; <paramref name="file"/> is how messages call it.</summary>
    /// <exception cref="SlipwayException"><see cref="ErrorKind.InvalidInput"/> with line and column.</exception>
    public static ProtoMessage Read(string text, string file)
    {
        if (text.Length > MaxCharacters)
        {
            throw new SlipwayException(ErrorKind.TooLarge, $"{file} is {text.Length} characters; at most {MaxCharacters} are read.");
        }

        var reader = new ProtoTextReader(text, file);
        return reader.ReadMessage('\0', 0);
    }

    private ProtoMessage ReadMessage(char end, int depth)
    {
        if (depth > MaxDepth)
        {
            throw Mistake($"messages nest deeper than {MaxDepth} levels");
        }

        var fields = new List<ProtoField>();
        while (true)
        {
            SkipBlank();
            if (_at == _text.Length)
            {
                return end == '\0' ? new ProtoMessage(fields) : throw Mistake($"'{end}' is missing at the end");
            }

            if (end != '\0' && _text[_at] == end)
            {
                _at++;
                return new ProtoMessage(fields);
            }

            ReadField(fields, depth);
            SkipBlank();
            if (_at < _text.Length && _text[_at] is ',' or ';')
            {
                _at++;
            }
        }
    }

    private void ReadField(List<ProtoField> fields, int depth)
    {
        var (line, column) = (_line, _at - _lineStart + 1);
        var name = ReadName();
        SkipBlank();
        var colon = Take(':');
        SkipBlank();
        if (!Take('['))
        {
            fields.Add(new ProtoField(name, ReadValue(name, colon, depth), line, column));
            return;
        }

        SkipBlank();
        if (Take(']'))
        {
            return;
        }

        do
        {
            SkipBlank();
            fields.Add(new ProtoField(name, ReadValue(name, colon, depth), line, column));
            SkipBlank();
        }
        while (Take(','));

        if (!Take(']'))
        {
            throw Mistake($"the list of {name} needs ',' or ']' here");
        }
    }

    private ProtoValue ReadValue(string name, bool colon, int depth)
    {
        if (Take('{'))
        {
            return ReadMessage('}', depth + 1);
        }

        if (Take('<'))
        {
            return ReadMessage('>', depth + 1);
        }

        if (!colon)
        {
            throw Mistake($"{name} needs ':' or '{{' here");
        }

        if (_at < _text.Length && _text[_at] is '"' or '\'')
        {
            return ReadStrings();
        }

        var start = _at;
        if (Take('-'))
        {
            SkipBlank();
        }

        var word = _at;
        while (_at < _text.Length && (char.IsAsciiLetterOrDigit(_text[_at]) || _text[_at] is '_' or '.' || (_text[_at] is '+' or '-' && _text[_at - 1] is 'e' or 'E')))
        {
            _at++;
        }

        return _at == word ? throw Mistake($"{name} has no value") : new ProtoWord((_text[start] == '-' ? "-" : "") + _text[word.._at]);
    }

    private string ReadName()
    {
        var start = _at;
        while (_at < _text.Length && (char.IsAsciiLetterOrDigit(_text[_at]) || _text[_at] == '_'))
        {
            _at++;
        }

        return _at == start || char.IsAsciiDigit(_text[start]) ? throw Mistake($"a field's name is expected, not '{Seen(start)}'") : _text[start.._at];
    }

    // Strings that stand side by side are one.
    private ProtoString ReadStrings()
    {
        var bytes = new List<byte>();
        while (_at < _text.Length && _text[_at] is '"' or '\'')
        {
            ReadString(bytes);
            SkipBlank();
        }

        return new ProtoString(Encoding.UTF8.GetString([.. bytes]));
    }

    private void ReadString(List<byte> bytes)
    {
        var quote = _text[_at++];
        Span<byte> utf8 = stackalloc byte[4];
        while (true)
        {
            if (_at == _text.Length || _text[_at] == '\n')
            {
                throw Mistake($"a text is not closed with {quote}");
            }

            if (Take(quote))
            {
                return;
            }

            if (Take('\\'))
            {
                ReadEscape(bytes);
                continue;
            }

            var rune = Rune.TryGetRuneAt(_text, _at, out var whole) ? whole : Rune.ReplacementChar;
            _at += rune.Utf16SequenceLength;
            bytes.AddRange(utf8[..rune.EncodeToUtf8(utf8)]);
        }
    }

    private void ReadEscape(List<byte> bytes)
    {
        var kind = _at < _text.Length ? _text[_at++] : throw Mistake("a text ends in the middle of an escape");
        switch (kind)
        {
            case 'x' or 'X':
                bytes.Add((byte)Number(1, 2, char.IsAsciiHexDigit, 16));
                break;

            case 'u' or 'U':
                var length = kind == 'u' ? 4 : 8;
                var point = Number(length, length, char.IsAsciiHexDigit, 16);
                if (!Rune.IsValid(point))
                {
                    throw Mistake("an escape names no character");
                }

                bytes.AddRange(Encoding.UTF8.GetBytes(new Rune(point).ToString()));
                break;

            case >= '0' and <= '7':
                _at--;
                bytes.Add((byte)Number(1, 3, c => c is >= '0' and <= '7', 8));
                break;

            default:
                bytes.Add(kind switch
                {
                    'a' => 7,
                    'b' => 8,
                    'f' => 12,
                    'n' => 10,
                    'r' => 13,
                    't' => 9,
                    'v' => 11,
                    '?' or '\\' or '\'' or '"' => (byte)kind,
                    _ => throw Mistake($"'\\{kind}' is no escape"),
                });
                break;
        }
    }

    private int Number(int least, int most, Func<char, bool> isDigit, int radix)
    {
        var start = _at;
        while (_at < _text.Length && _at - start < most && isDigit(_text[_at]))
        {
            _at++;
        }

        return _at - start < least ? throw Mistake("an escape is cut short") : unchecked((int)Convert.ToUInt32(_text[start.._at], radix));
    }

    private bool Take(char c)
    {
        if (_at < _text.Length && _text[_at] == c)
        {
            _at++;
            return true;
        }

        return false;
    }

    private void SkipBlank()
    {
        while (_at < _text.Length)
        {
            if (_text[_at] == '\n')
            {
                _at++;
                _line++;
                _lineStart = _at;
            }
            else if (_text[_at] == '#')
            {
                var end = _text.IndexOf('\n', _at);
                _at = end < 0 ? _text.Length : end;
            }
            else if (char.IsWhiteSpace(_text[_at]) || _text[_at] == '\uFEFF')
            {
                _at++;
            }
            else
            {
                return;
            }
        }
    }

    private string Seen(int at) => at == _text.Length ? "the end" : _text[at].ToString();

    private SlipwayException Mistake(string what) =>
        new(ErrorKind.InvalidInput, string.Create(CultureInfo.InvariantCulture, $"{_file}({_line},{_at - _lineStart + 1}): {what}."));
}
