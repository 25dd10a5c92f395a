using Slipway.Core.Units;

namespace Slipway.Core.Projects.Shapes;

/// <summary>How much worse is still good: <c>2%</c> of the value it is compared with, or <c>0.5 pp</c>, points of its range or rate.</summary>
internal sealed record Margin(double Value, bool Relative)
{
    public static bool TryParse(string text, out Margin? margin)
    {
        margin = Quantity.TrySplit(text, out var number, out var unit) && number is >= 0 and <= 100 && (unit.SequenceEqual("%") || unit.SequenceEqual("pp"))
            ? new Margin((double)(number / 100), unit.SequenceEqual("%"))
            : null;
        return margin is not null;
    }
}
