using System.Globalization;

namespace Slipway.Core.Units;

/// <summary>Splits <c>500 ms</c> into number and unit. The blank is optional; the unit is not, or <c>500</c> would mean something else to everyone.</summary>
internal static class Quantity
{
    // A yaml's author writes no longer number; the bound keeps decimal arithmetic exact.
    private const int MaxLength = 28;

    public static bool TrySplit(ReadOnlySpan<char> text, out decimal number, out ReadOnlySpan<char> unit)
    {
        text = text.Trim();
        var end = 0;
        while (end < text.Length && (char.IsAsciiDigit(text[end]) || text[end] is '.' or '-' or '+'))
        {
            end++;
        }

        unit = text[end..].Trim();
        number = 0;
        return end is > 0 and <= MaxLength
            && decimal.TryParse(text[..end], NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out number);
    }
}
