using System.Globalization;

namespace Slipway.Core.Units;

/// <summary>Shares as people write them: <c>20%</c> is 0.2.</summary>
public static class Percent
{
    /// <summary>What is allowed, for messages.</summary>
    public const string Rule = "a percentage such as 20%";

    /// <summary>Parses a number with <c>%</c> to its share; false for anything else.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out double share)
    {
        share = 0;
        if (!Quantity.TrySplit(text, out var number, out var unit) || !unit.SequenceEqual("%"))
        {
            return false;
        }

        // Divided as a decimal, so that 20% is the same double as 0.2.
        share = (double)(number / 100);
        return true;
    }

    /// <summary>Writes a share as a percentage with up to <paramref name="decimals"/> decimals: <c>12.5%</c>.</summary>
    public static string Format(double share, int decimals = 1) =>
        share.ToString(decimals == 0 ? "0%" : $"0.{new string('#', decimals)}%", CultureInfo.InvariantCulture);
}
