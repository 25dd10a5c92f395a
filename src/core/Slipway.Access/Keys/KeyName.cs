using Slipway.Core.Errors;

namespace Slipway.Access.Keys;

/// <summary>
/// The rule for names of keys. A key's name is who did something, in every event and in the audit, for ever: two names that look alike would make one pass for the other, so only plain letters
/// are taken.
/// </summary>
internal static class KeyName
{
    public const int MaxLength = 64;

    private const string Rule = "letters a to z, capital or small, digits, '-', '_', '.', '+' and '@', beginning with a letter or digit, at most 64 characters";

    // Actors that are no keys.
    private static readonly string[] Reserved = ["local", "anonymous", "policy", "slipway", "demo", "monitoring", "retraining", "system"];

    public static string Check(string? name)
    {
        if (string.IsNullOrEmpty(name) || name.Length > MaxLength || !char.IsAsciiLetterOrDigit(name[0]) || name.StartsWith(KeySecret.Prefix, StringComparison.Ordinal) || !name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or '+' or '@'))
        {
            var shown = name is { Length: > MaxLength } ? $"{name[..MaxLength]}…" : KeySecret.Redact(name ?? "");
            throw new SlipwayException(ErrorKind.InvalidInput, $"'{shown}' is not a name for a key. Allowed are {Rule}.");
        }

        return !IsReserved(name) ? name : throw new SlipwayException(ErrorKind.InvalidInput, $"'{name}' is what Slipway calls itself or those without a key in its history. Choose another name.");
    }

    public static bool IsReserved(string name) => Reserved.Contains(name, StringComparer.OrdinalIgnoreCase);
}
