using System.Diagnostics.CodeAnalysis;
using Slipway.Core.Errors;

namespace Slipway.Core.Names;

/// <summary>A model version as people write it: <c>bike-demand@1.2.0</c>.</summary>
public sealed record VersionReference(string Model, SemanticVersion Version) : IParsable<VersionReference>
{
    /// <summary>Parses <c>model@major.minor.patch</c>; throws <see cref="ErrorKind.InvalidInput"/> for anything else.</summary>
    public static VersionReference Parse(string s, IFormatProvider? provider = null) => TryParse(s, provider, out var reference)
        ? reference
        : throw new SlipwayException(ErrorKind.InvalidInput, $"'{s}' does not name a model version. Write it as model@version, for example bike-demand@1.0.0.");

    /// <inheritdoc/>
    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, [MaybeNullWhen(false)] out VersionReference result)
    {
        result = null;
        var at = s?.IndexOf('@', StringComparison.Ordinal) ?? -1;
        if (at < 0 || !ResourceName.IsValid(s![..at]) || !SemanticVersion.TryParse(s.AsSpan(at + 1), provider, out var version))
        {
            return false;
        }

        result = new VersionReference(s[..at], version);
        return true;
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Model}@{Version}";
}
