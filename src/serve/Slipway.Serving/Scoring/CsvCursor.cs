using System.Buffers;
using System.Text.Unicode;
using Slipway.Serving.Untyped;

namespace Slipway.Serving.Scoring;

/// <summary>
/// Walks over CSV (RFC 4180) with commas: fields in quotes may hold commas, line ends and doubled quotes. Lines end with LF, CRLF or CR; empty lines are passed over. Fields stay where they
/// are in the body, or lie in the call's buffer when they had doubled quotes.
/// </summary>
internal ref struct CsvCursor
{
    private static readonly SearchValues<byte> FieldStops = SearchValues.Create(",\r\n"u8);

    private readonly ReadOnlyMemory<byte> _body;
    private readonly CallBuffer _texts;
    private readonly ReadOnlySpan<byte> _csv;
    private int _at;
    private int _line = 1;
    private bool _ended = true;

    public CsvCursor(InferenceCall call)
    {
        _body = call.Body.Written;
        _texts = call.Texts;
        _csv = _body.Span;
        if (!Utf8.IsValid(_csv))
        {
            throw JsonCursor.Bad("The request is not UTF-8 text");
        }

        _at = _csv.StartsWith("\uFEFF"u8) ? 3 : 0;
    }

    /// <summary>The line where the record begins, from 1.</summary>
    public int Line { get; private set; }

    /// <summary>Steps to the next record; false at the end.</summary>
    public bool NextRecord()
    {
        while (TakeLineEnd())
        {
        }

        Line = _line;
        _ended = _at == _csv.Length;
        return !_ended;
    }

    /// <summary>Reads the record's next field; false at its end.</summary>
    public bool NextField(out ReadOnlyMemory<byte> field, out bool quoted)
    {
        field = default;
        quoted = false;
        if (_ended)
        {
            return false;
        }

        quoted = _at < _csv.Length && _csv[_at] == '"';
        field = quoted ? ReadQuoted() : ReadPlain();
        if (_at < _csv.Length && _csv[_at] == ',')
        {
            _at++;
            return true;
        }

        if (_at < _csv.Length && !TakeLineEnd())
        {
            throw JsonCursor.Bad($"Line {_line} of the table has text after a closing quote. Write a quote inside a field twice");
        }

        _ended = true;
        return true;
    }

    private ReadOnlyMemory<byte> ReadPlain()
    {
        var length = _csv[_at..].IndexOfAny(FieldStops);
        length = length < 0 ? _csv.Length - _at : length;
        var field = _body.Slice(_at, length);
        _at += length;
        return field;
    }

    private ReadOnlyMemory<byte> ReadQuoted()
    {
        var begin = ++_at;
        var from = -1;
        while (true)
        {
            var length = _csv[_at..].IndexOf((byte)'"');
            if (length < 0)
            {
                throw JsonCursor.Bad($"Line {Line} of the table opens a quote that nothing closes");
            }

            _line += _csv.Slice(_at, length).Count((byte)'\n');
            _at += length + 1;
            var isDoubled = _at < _csv.Length && _csv[_at] == '"';
            if (from < 0 && !isDoubled)
            {
                return _body[begin..(_at - 1)];
            }

            // Without its doubled quotes a field is never longer than with them; reserved in one go, it lies in one piece.
            if (from < 0)
            {
                _texts.Reserve(LengthOfQuoted(begin));
                from = _texts.Count;
                _texts.Append(_csv[begin..(_at - 1)]);
            }
            else
            {
                _texts.Append(_csv[(_at - 1 - length)..(_at - 1)]);
            }

            if (!isDoubled)
            {
                return _texts.Written[from..];
            }

            _texts.Append((byte)'"');
            _at++;
        }
    }

    // Up to the closing quote, or to the end where there is none.
    private readonly int LengthOfQuoted(int begin)
    {
        var at = begin;
        while (at < _csv.Length)
        {
            var length = _csv[at..].IndexOf((byte)'"');
            if (length < 0)
            {
                break;
            }

            at += length + 1;
            if (at == _csv.Length || _csv[at] != '"')
            {
                return at - begin;
            }

            at++;
        }

        return _csv.Length - begin;
    }

    private bool TakeLineEnd()
    {
        if (_at < _csv.Length && _csv[_at] is (byte)'\r' or (byte)'\n')
        {
            _at += _csv[_at] == '\r' && _at + 1 < _csv.Length && _csv[_at + 1] == '\n' ? 2 : 1;
            _line++;
            return true;
        }

        return false;
    }
}
