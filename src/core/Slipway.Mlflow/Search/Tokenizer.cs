using System.Text;

namespace Slipway.Mlflow.Search;

/// <summary>Cuts a filter, or a term of an order, into pieces.</summary>
/// <param name="text">The text.</param>
/// <param name="what">What it is, for messages.</param>
internal sealed class Tokenizer(string text, string what)
{
    private static readonly string[] Signs = ["<=", ">=", "!=", "<>", "==", "<", ">", "=", "(", ")", ",", "."];

    private int _at;

    /// <summary>The pieces, with an <see cref="TokenKind.End"/> behind the last.</summary>
    public List<Token> Read()
    {
        var tokens = new List<Token>();
        for (; _at < text.Length; _at++)
        {
            // Next leaves the place at the piece's last character.
            if (!char.IsWhiteSpace(text[_at]))
            {
                tokens.Add(Next());
            }
        }

        tokens.Add(new Token(TokenKind.End, "", text.Length + 1));
        return tokens;
    }

    private Token Next()
    {
        var start = _at;
        var kind = TokenKind.Sign;
        string piece;
        if (text[start] is '\'' or '"' or '`')
        {
            kind = text[start] == '`' ? TokenKind.Name : TokenKind.Text;
            piece = Quoted();
        }
        else if (NumberLength(start) is > 0 and var digits)
        {
            kind = TokenKind.Number;
            piece = text.Substring(start, digits);
            _at += digits - 1;
        }
        else if (IsWordStart(text[start]))
        {
            kind = TokenKind.Word;
            piece = Word();
        }
        else
        {
            piece = Array.Find(Signs, sign => string.CompareOrdinal(text, start, sign, 0, sign.Length) == 0)
                ?? throw SearchError.At(what, start + 1, $"{SearchError.Show(text[start].ToString())} has no meaning here. Put a key or a value that contains it in quotes.");
            _at += piece.Length - 1;
        }

        return new Token(kind, piece, start + 1);
    }

    // A doubled quote and a quote behind a backslash are the quote itself; two backslashes are one; any other backslash is itself, so that paths of Windows need no care.
    private string Quoted()
    {
        var quote = text[_at];
        var value = new StringBuilder();
        for (var at = _at + 1; at < text.Length; at++)
        {
            var c = text[at];
            var next = at + 1 < text.Length ? text[at + 1] : '\0';
            if ((c == quote && next == quote) || (c == '\\' && quote != '`' && (next == quote || next == '\\')))
            {
                value.Append(next);
                at++;
            }
            else if (c == quote)
            {
                _at = at;
                return value.ToString();
            }
            else
            {
                value.Append(c);
            }
        }

        throw SearchError.At(what, _at + 1, $"the quote {quote} is not closed.");
    }

    private string Word()
    {
        var start = _at;
        while (_at + 1 < text.Length && IsWordPart(text[_at + 1]))
        {
            _at++;
        }

        return text[start..(_at + 1)];
    }

    /// <summary>How long the number is that begins here: sign, digits, fraction, exponent; 0 when there is none.</summary>
    private int NumberLength(int start)
    {
        var end = start + (text[start] is '+' or '-' ? 1 : 0);
        var whole = Digits(end);
        end += whole;
        var fraction = end < text.Length && text[end] == '.' ? Digits(end + 1) : 0;
        if (whole + fraction == 0)
        {
            return 0;
        }

        end += end < text.Length && text[end] == '.' ? 1 + fraction : 0;
        if (end < text.Length && text[end] is 'e' or 'E')
        {
            var exponent = end + 1 + (end + 1 < text.Length && text[end + 1] is '+' or '-' ? 1 : 0);
            end = Digits(exponent) is > 0 and var digits ? exponent + digits : end;
        }

        return end - start;
    }

    private int Digits(int start)
    {
        var end = start;
        while (end < text.Length && char.IsAsciiDigit(text[end]))
        {
            end++;
        }

        return end - start;
    }

    private static bool IsWordStart(char c) => char.IsAsciiLetter(c) || c == '_' || (c > '\x7f' && !char.IsWhiteSpace(c));

    // Wider than MLflow's, which wants keys with '-' and '/' quoted: there is no arithmetic that they could be taken for.
    private static bool IsWordPart(char c) => IsWordStart(c) || char.IsAsciiDigit(c) || c is '-' or '/' or '.';
}
