using System.Globalization;
using System.Text;
using Slipway.Core.Errors;

namespace Slipway.Datasets.Sql;

/// <summary>Places in a project's SQL: which line they are on, and what is written there.</summary>
internal sealed class SqlPlaces(DatasetQuery query, string sql)
{
    private readonly byte[] _bytes = Encoding.UTF8.GetBytes(sql);

    /// <summary>The 1-based line of a place in bytes of UTF-8 (how DuckDB's binder counts), or null when it is not in the text.</summary>
    public int? LineOfByte(int place) => place < 0 || place > _bytes.Length ? null : 1 + _bytes.AsSpan(0, place).Count((byte)'\n');

    /// <summary>The 1-based line of a place in characters (how DuckDB's parser counts), or null when it is not in the text.</summary>
    public int? LineOfCharacter(int place)
    {
        if (place < 0)
        {
            return null;
        }

        var line = 1;
        foreach (var rune in sql.EnumerateRunes())
        {
            if (place-- <= 0)
            {
                break;
            }

            line += rune.Value == '\n' ? 1 : 0;
        }

        return line;
    }

    /// <summary>The plainly quoted text ('…' or "…") that begins at a place, and its length in bytes with the quotes; null when there is none.</summary>
    public (string Value, int Bytes)? QuotedAt(int place)
    {
        if (place < 0 || place >= _bytes.Length || _bytes[place] is not ((byte)'\'' or (byte)'"'))
        {
            return null;
        }

        var quote = _bytes[place];
        var value = new List<byte>();
        for (var i = place + 1; i < _bytes.Length; i++)
        {
            if (_bytes[i] != quote)
            {
                value.Add(_bytes[i]);
            }
            else if (i + 1 < _bytes.Length && _bytes[i + 1] == quote)
            {
                value.Add(quote);
                i++;
            }
            else
            {
                return (Encoding.UTF8.GetString([.. value]), i + 1 - place);
            }
        }

        return null;
    }

    /// <summary>An error in the SQL; its line stands in the message and, for whoever knows where the SQL stands, in <see cref="DatasetQuery.LineOf"/>.</summary>
    public SlipwayException Error(int? line, string problem, Exception? inner = null)
    {
        var where = line is { } number ? string.Create(CultureInfo.InvariantCulture, $" on line {number}") : "";
        var error = new SlipwayException(ErrorKind.InvalidInput, $"The SQL of {query.Name} has an error{where}: {problem.TrimEnd('.')}.", inner!);
        if (line is not null)
        {
            error.Data[DatasetQuery.LineKey] = line.Value;
        }

        return error;
    }
}
