using System.Globalization;

namespace Slipway.Console.Components.Plots;

/// <summary>Reads a limit as it was written: <c>&lt;= 60</c>, <c>&gt;= 90%</c>.</summary>
internal static class GateLimit
{
    /// <summary>False when the text is no such limit; then it is shown but not drawn.</summary>
    public static bool TryRead(string text, out double limit, out bool below)
    {
        var rest = text.AsSpan().Trim();
        below = rest.StartsWith("<", StringComparison.Ordinal);
        limit = 0;
        if (!below && !rest.StartsWith(">", StringComparison.Ordinal))
        {
            return false;
        }

        rest = rest[1..].TrimStart('=').Trim();
        var percent = rest.EndsWith("%", StringComparison.Ordinal);
        if (!double.TryParse(percent ? rest[..^1].Trim() : rest, NumberStyles.Float, CultureInfo.InvariantCulture, out limit))
        {
            return false;
        }

        limit = percent ? limit / 100 : limit;
        return true;
    }
}
