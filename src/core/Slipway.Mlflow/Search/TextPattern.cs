using System.Text;

namespace Slipway.Mlflow.Search;

/// <summary>
/// LIKE and ILIKE by SQLite's GLOB: its LIKE ignores case, of ASCII alone, whatever is asked. A pattern is <c>%</c> for any text, <c>_</c> for one character; there is no escape, as in MLflow.
/// </summary>
internal static class TextPattern
{
    /// <summary>The condition that <paramref name="expression"/> is like the pattern.</summary>
    public static string Sql(string expression, string pattern, bool ignoreCase, SqlParameters parameters) =>
        $"{expression} glob {parameters.Add(ToGlob(pattern, ignoreCase))}";

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

    // A letter in every case that it has, each once.
    private static string Cases(Rune rune)
    {
        var upper = Rune.ToUpperInvariant(rune);
        return string.Concat(new[] { rune, upper, Rune.ToLowerInvariant(upper) }.Distinct().Select(r => r.ToString()));
    }
}
