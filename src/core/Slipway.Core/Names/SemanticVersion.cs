using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Slipway.Core.Errors;

namespace Slipway.Core.Names;

/// <summary>
/// A version <c>major.minor.patch</c> (Semantic Versioning 2.0.0 without pre-release labels: a model that is not ready is a draft, not a
/// pre-release). <em>Major</em>: the signature breaks callers; <em>minor</em>: the recipe changed; <em>patch</em>: newer data only.
/// </summary>
[JsonConverter(typeof(JsonText))]
public readonly record struct SemanticVersion(int Major, int Minor, int Patch) : IComparable<SemanticVersion>, ISpanParsable<SemanticVersion>
{
    /// <summary>The version of a model's first artifact.</summary>
    public static SemanticVersion First { get; } = new(1, 0, 0);

    /// <summary>The next version when callers break.</summary>
    public SemanticVersion NextMajor() => new(Major + 1, 0, 0);

    /// <summary>The next version when the recipe changed.</summary>
    public SemanticVersion NextMinor() => new(Major, Minor + 1, 0);

    /// <summary>The next version when the same recipe was fitted to newer data.</summary>
    public SemanticVersion NextPatch() => new(Major, Minor, Patch + 1);

    /// <summary>Parses <c>1.2.3</c>; throws <see cref="ErrorKind.InvalidInput"/> for anything else.</summary>
    public static SemanticVersion Parse(string s, IFormatProvider? provider = null) => Parse(s.AsSpan(), provider);

    /// <inheritdoc cref="Parse(string, IFormatProvider?)"/>
    public static SemanticVersion Parse(ReadOnlySpan<char> s, IFormatProvider? provider = null) => TryParse(s, provider, out var version)
        ? version
        : throw new SlipwayException(ErrorKind.InvalidInput, $"'{s}' is not a version. Write it as major.minor.patch, for example 1.0.0.");

    /// <inheritdoc/>
    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out SemanticVersion result) =>
        TryParse(s.AsSpan(), provider, out result);

    /// <inheritdoc/>
    public static bool TryParse(ReadOnlySpan<char> s, IFormatProvider? provider, out SemanticVersion result)
    {
        result = default;
        Span<Range> parts = stackalloc Range[4];
        if (s.Split(parts, '.') != 3
            || !TryNumber(s[parts[0]], out var major)
            || !TryNumber(s[parts[1]], out var minor)
            || !TryNumber(s[parts[2]], out var patch))
        {
            return false;
        }

        result = new SemanticVersion(major, minor, patch);
        return true;
    }

    /// <inheritdoc/>
    public int CompareTo(SemanticVersion other) => (Major, Minor, Patch).CompareTo((other.Major, other.Minor, other.Patch));

    /// <summary>Compares by major, then minor, then patch.</summary>
    public static bool operator <(SemanticVersion left, SemanticVersion right) => left.CompareTo(right) < 0;

    /// <inheritdoc cref="op_LessThan"/>
    public static bool operator >(SemanticVersion left, SemanticVersion right) => left.CompareTo(right) > 0;

    /// <inheritdoc cref="op_LessThan"/>
    public static bool operator <=(SemanticVersion left, SemanticVersion right) => left.CompareTo(right) <= 0;

    /// <inheritdoc cref="op_LessThan"/>
    public static bool operator >=(SemanticVersion left, SemanticVersion right) => left.CompareTo(right) >= 0;

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Major}.{Minor}.{Patch}");

    // Leading zeros are forbidden by the standard: 1.01.0 and 1.1.0 would be two texts for one version.
    private static bool TryNumber(ReadOnlySpan<char> s, out int value) =>
        int.TryParse(s, NumberStyles.None, CultureInfo.InvariantCulture, out value) && (s.Length == 1 || s[0] != '0');

    private sealed class JsonText : JsonConverter<SemanticVersion>
    {
        public override SemanticVersion Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            Parse(reader.GetString() ?? "");

        public override void Write(Utf8JsonWriter writer, SemanticVersion value, JsonSerializerOptions options) =>
            writer.WriteStringValue(value.ToString());
    }
}
