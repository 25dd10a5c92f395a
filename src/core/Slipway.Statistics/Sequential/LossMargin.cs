namespace Slipway.Statistics.Sequential;

/// <summary>How much greater the candidate's mean loss may be than the stable version's.</summary>
/// <param name="Value">
/// Absolute: δ, a share of the loss's range, 0 … 1. Relative: ρ, a share of the stable version's mean loss, 0 … 1000.
/// At 0, safe means proven better.
/// </param>
/// <param name="Relative">True when <paramref name="Value"/> is ρ: the candidate's mean may be (1 + ρ) times the stable version's.</param>
public sealed record LossMargin(double Value, bool Relative)
{
    /// <summary>δ or ρ.</summary>
    public double Value { get; } = Value >= 0 && Value <= (Relative ? 1000 : 1)
        ? Value
        : throw new ArgumentOutOfRangeException(
            nameof(Value), Value, Relative ? "A relative margin lies between 0 and 1000, which is 100 000 %." : "An absolute margin lies between 0 and 1: it is a share of the loss's range.");

    /// <summary>Whether <see cref="Value"/> is relative to the stable version's mean loss.</summary>
    public bool Relative { get; } = Relative;
}
