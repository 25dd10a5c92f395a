using Slipway.Core.Errors;

namespace Slipway.Registry;

/// <summary>The reason that people may give for a decision. It is kept for ever in the history, so it is short.</summary>
public static class DecisionReason
{
    /// <summary>The longest reason, in characters.</summary>
    public const int MaxLength = 1000;

    /// <summary>Returns the reason without surrounding blanks, null when nothing is left; <see cref="ErrorKind.TooLarge"/> beyond <see cref="MaxLength"/>.</summary>
    public static string? Check(string? reason)
    {
        var text = reason?.Trim();
        if (text is { Length: > MaxLength })
        {
            throw new SlipwayException(
                ErrorKind.TooLarge, $"The reason has {text.Length} characters, and at most {MaxLength} are kept. Shorten it, or link to the longer text.");
        }

        return string.IsNullOrEmpty(text) ? null : text;
    }
}
