namespace Slipway.Storage.Sql;

/// <summary>Patterns for <c>like … escape '~'</c>.</summary>
public static class LikePattern
{
    /// <summary>Matches what has <paramref name="text"/> in it, to the letter.</summary>
    public static string Containing(string text) =>
        $"%{text.Replace("~", "~~", StringComparison.Ordinal).Replace("%", "~%", StringComparison.Ordinal).Replace("_", "~_", StringComparison.Ordinal)}%";
}
