using System.Text.RegularExpressions;

namespace Slipway.Storage;

/// <summary>
/// SQL that is run thousands of times a second: a database prepares it once and keeps it for the connection. Its values are given in the order in which the SQL first names its
/// parameters: long, double, string, byte[] or null. Keep it in a static field.
/// </summary>
public sealed partial class Statement(string sql)
{
    /// <summary>The text.</summary>
    public string Sql { get; } = sql;

    /// <summary>The names of its parameters, each with its <c>@</c>, in the order in which they first appear.</summary>
    public IReadOnlyList<string> Parameters { get; } = [.. Names().Matches(sql).Select(match => match.Value).Distinct(StringComparer.Ordinal)];

    [GeneratedRegex("@[a-z_]+", RegexOptions.CultureInvariant)]
    private static partial Regex Names();
}
