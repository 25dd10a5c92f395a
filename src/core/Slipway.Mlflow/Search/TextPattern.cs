using System.Text;
using Slipway.Storage.Sql;

namespace Slipway.Mlflow.Search;

/// <summary>
/// LIKE and ILIKE: <c>%</c> for any text, <c>_</c> for one character; there is no escape, as in MLflow. SQLite's LIKE ignores case, of ASCII alone, whatever is asked, so there both are a GLOB. What
/// PostgreSQL's ILIKE takes for one letter depends on the server's language, so there it is a regular expression that names both cases.
/// </summary>
internal static class TextPattern
{
    /// <summary>The longest pattern in characters; SQLite takes 50,000 bytes, and a letter in both cases has six or more.</summary>
    public const int MostCharacters = 5000;

    /// <summary>The condition that <paramref name="expression"/> is like the pattern.</summary>
    public static string Sql(string expression, string pattern, bool ignoreCase, SqlParameters parameters) => parameters.Dialect switch
    {
        SqlDialect.Sqlite => $"{expression} glob {parameters.Add(ToGlob(pattern, ignoreCase))}",
        _ when ignoreCase => $"{expression} ~ {parameters.Add(ToRegex(pattern))}",
        _ => $"{expression} like {parameters.Add(pattern)} escape ''",
    };

    public static string ToGlob(string pattern, bool ignoreCase)
    {
        var glob = new StringBuilder(pattern.Length);
        foreach (var rune in pattern.EnumerateRunes())
        {
            _ = rune.Value switch
            {
                // One star says as much as many, and costs less.
                '%' => glob.Length > 0 && glob[^1] == '*' ? glob : glob.Append('*'),
                '_' => glob.Append('?'),
                '*' or '?' or '[' => glob.Append('[').Append(rune).Append(']'),
                _ when ignoreCase && Cases(rune) is { Length: > 1 } cases => glob.Append('[').Append(cases).Append(']'),
                _ => glob.Append(rune),
            };
        }

        return glob.ToString();
    }

    private static string ToRegex(string pattern)
    {
        var regex = new StringBuilder("^", pattern.Length + 2);
        foreach (var rune in pattern.EnumerateRunes())
        {
            _ = rune.Value switch
            {
                '%' => regex.Append(".*"),
                '_' => regex.Append('.'),
                _ when Cases(rune) is { Length: > 1 } cases && cases != rune.ToString() => regex.Append('[').Append(cases).Append(']'),
                _ when rune.IsAscii && !Rune.IsLetterOrDigit(rune) => regex.Append('\\').Append(rune),
                _ => regex.Append(rune),
            };
        }

        return regex.Append('$').ToString();
    }

    // A letter in every case that it has, each once.
    private static string Cases(Rune rune)
    {
        var upper = Rune.ToUpperInvariant(rune);
        return string.Concat(new[] { rune, upper, Rune.ToLowerInvariant(upper) }.Distinct().Select(r => r.ToString()));
    }
}
