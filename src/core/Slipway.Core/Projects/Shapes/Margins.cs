using Slipway.Core.Units;

namespace Slipway.Core.Projects.Shapes;

/// <summary>Reads a <see cref="Margin"/>.</summary>
internal static class Margins
{
    public static bool TryParse(string text, out Margin? margin)
    {
        margin = Quantity.TrySplit(text, out var number, out var unit) && number is >= 0 and <= 100 && (unit.SequenceEqual("%") || unit.SequenceEqual("pp"))
            ? new Margin((double)(number / 100), unit.SequenceEqual("%"))
            : null;
        return margin is not null;
    }
}
