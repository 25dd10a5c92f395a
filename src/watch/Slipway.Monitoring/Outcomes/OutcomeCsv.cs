using System.Text;
using Slipway.Core.Errors;
using Slipway.Core.Text;

namespace Slipway.Monitoring.Outcomes;

/// <summary>Reads CSV (RFC 4180, UTF-8) with a header: <c>id</c> and <c>label</c>, and <c>time</c> where it is known, in any order. An empty time was not given.</summary>
internal static class OutcomeCsv
{
    private const string Shape = "Its first line names the columns: id,label or id,label,time.";

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static List<Outcome> Read(ReadOnlySpan<byte> body, int maxRows)
    {
        string text;
        try
        {
            text = Utf8.GetString(body).TrimStart('\uFEFF');
        }
        catch (DecoderFallbackException e)
        {
            throw new SlipwayException(ErrorKind.InvalidInput, "The CSV is not in UTF-8.", e);
        }

        var lines = new Lines(text);
        var fields = new List<string>();
        if (!lines.Next(fields))
        {
            throw new SlipwayException(ErrorKind.InvalidInput, $"The CSV is empty. {Shape}");
        }

        var (id, label, time) = Columns(fields);
        var width = fields.Count;
        var outcomes = new List<Outcome>();
        var mistakes = new OutcomeMistakes(line => $"line {line}");
        while (!mistakes.Enough && lines.Next(fields))
        {
            if (outcomes.Count == maxRows)
            {
                throw OutcomeMistakes.TooMany(maxRows);
            }

            if (fields.Count != width)
            {
                mistakes.Add(lines.Number, $"it has {fields.Count} fields where the header has {width}.");
            }
            else if (mistakes.Check(lines.Number, fields[id], fields[label], time >= 0 && fields[time].Length > 0 ? fields[time] : null) is { } outcome)
            {
                outcomes.Add(outcome);
            }
        }

        mistakes.ThrowIfAny();
        return outcomes;
    }

    private static (int Id, int Label, int Time) Columns(List<string> header)
    {
        var wrong = header.Find(name => name is not ("id" or "label" or "time")) ?? header.GroupBy(name => name).FirstOrDefault(names => names.Count() > 1)?.Key;
        return wrong is not null ? throw new SlipwayException(ErrorKind.InvalidInput, $"The CSV's header has '{Excerpt.Of(wrong, 40)}', which is not or not again a column of outcomes. {Shape}")
            : !header.Contains("id") || !header.Contains("label") ? throw new SlipwayException(ErrorKind.InvalidInput, $"The CSV's header lacks id or label. {Shape}")
            : (header.IndexOf("id"), header.IndexOf("label"), header.IndexOf("time"));
    }

    /// <summary>The text record by record; empty lines are passed over.</summary>
    private sealed class Lines(string text)
    {
        private int _at;
        private int _line = 1;

        /// <summary>The line on which the last record began, from 1.</summary>
        public int Number { get; private set; }

        public bool Next(List<string> fields)
        {
            while (_at < text.Length && text[_at] is '\n' or '\r')
            {
                End();
            }

            fields.Clear();
            Number = _line;
            if (_at >= text.Length)
            {
                return false;
            }

            while (true)
            {
                fields.Add(_at < text.Length && text[_at] == '"' ? Quoted() : Plain());
                if (_at >= text.Length || text[_at] != ',')
                {
                    End();
                    return true;
                }

                _at++;
            }
        }

        private string Plain()
        {
            var from = _at;
            while (_at < text.Length && text[_at] is not (',' or '\n' or '\r'))
            {
                _at++;
            }

            return text[from.._at];
        }

        private string Quoted()
        {
            var field = new StringBuilder();
            for (_at++; _at < text.Length; _at++)
            {
                if (text[_at] != '"')
                {
                    _line += text[_at] == '\n' ? 1 : 0;
                    field.Append(text[_at]);
                }
                else if (_at + 1 < text.Length && text[_at + 1] == '"')
                {
                    field.Append(text[_at++]);
                }
                else
                {
                    _at++;
                    return _at >= text.Length || text[_at] is ',' or '\n' or '\r' ? field.ToString() : throw Broken("something follows the closing quote of a field");
                }
            }

            throw Broken("a field's closing quote is missing");
        }

        private void End()
        {
            if (_at + 1 < text.Length && text[_at] == '\r' && text[_at + 1] == '\n')
            {
                _at++;
            }

            _at++;
            _line++;
        }

        private SlipwayException Broken(string what) => new(ErrorKind.InvalidInput, $"The CSV cannot be read: line {Number}: {what}.");
    }
}
