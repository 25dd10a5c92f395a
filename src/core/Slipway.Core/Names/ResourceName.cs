using System.Text;
using Slipway.Core.Errors;

namespace Slipway.Core.Names;

/// <summary>The rule for names of models, datasets and deployments. They become folders and parts of addresses, so they are plain.</summary>
public static class ResourceName
{
    /// <summary>The longest name, in characters.</summary>
    public const int MaxLength = 100;

    /// <summary>What is allowed, for messages.</summary>
    public const string Rule = "lower-case letters, digits, '-' and '_', beginning with a letter or digit, at most 100 characters";

    /// <summary>True when <paramref name="name"/> follows <see cref="Rule"/>.</summary>
    public static bool IsValid(string? name)
    {
        if (string.IsNullOrEmpty(name) || name.Length > MaxLength || !char.IsAsciiLetterOrDigit(name[0]))
        {
            return false;
        }

        foreach (var c in name)
        {
            if (!char.IsAsciiLetterLower(c) && !char.IsAsciiDigit(c) && c is not ('-' or '_'))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>A name that follows <see cref="Rule"/> and is near to <paramref name="name"/> (<c>Bike Demand</c> gives <c>bike-demand</c>); null when nothing is left of it.</summary>
    public static string? Propose(string? name)
    {
        var plain = new StringBuilder();
        foreach (var c in (name ?? "").Take(MaxLength))
        {
            _ = plain.Append(char.IsAsciiLetterOrDigit(c) || c == '_' ? char.ToLowerInvariant(c) : '-');
        }

        var proposed = plain.ToString().Trim('-', '_');
        return IsValid(proposed) ? proposed : null;
    }

    /// <summary>Returns <paramref name="name"/>, or throws <see cref="ErrorKind.InvalidInput"/> naming <paramref name="what"/> it was for.</summary>
    public static string Check(string? name, string what) => IsValid(name)
        ? name!
        : throw new SlipwayException(ErrorKind.InvalidInput, $"'{name}' is not a name for a {what}. Allowed are {Rule}.");
}
