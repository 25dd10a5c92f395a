using System.Diagnostics.CodeAnalysis;

namespace Slipway.Core.Projects.Shapes;

/// <summary>A limit such as <c>&lt;= 60</c>, with the value in its unit.</summary>
internal sealed record Bound<T>(string Operator, T Value, string Text)
    where T : notnull
{
    public bool IsUpperLimit => Operator[0] == '<';
}

/// <summary>Takes a comparison apart.</summary>
internal static class Bound
{
    /// <summary>The operator, and what stands behind it; false when there is no operator.</summary>
    public static bool TrySplit(string text, [NotNullWhen(true)] out string? comparison, out string value)
    {
        var trimmed = text.Trim();
        comparison = trimmed.StartsWith("<=", StringComparison.Ordinal) ? "<="
            : trimmed.StartsWith(">=", StringComparison.Ordinal) ? ">="
            : trimmed.StartsWith('<') ? "<"
            : trimmed.StartsWith('>') ? ">"
            : null;
        value = comparison is null ? trimmed : trimmed[comparison.Length..].Trim();
        return comparison is not null;
    }
}
