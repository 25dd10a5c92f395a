namespace Slipway.Statistics.Drift;

/// <summary>From where on a column has drifted.</summary>
/// <param name="Psi">The effect: a population stability index above this, above 0.</param>
/// <param name="Kl">Or a Kullback-Leibler divergence of current from baseline above this (nats), above 0.</param>
/// <param name="Level">The evidence: the share of false alarms allowed among the columns that are called drifted (Benjamini and Hochberg 1995), between 0 and 1.</param>
public sealed record DriftLimits(double Psi = 0.25, double Kl = 0.1, double Level = 0.05)
{
    /// <inheritdoc cref="DriftLimits"/>
    public double Psi { get; init; } = Psi > 0 ? Psi : throw new ArgumentOutOfRangeException(nameof(Psi), Psi, "A limit of drift is above 0.");

    /// <inheritdoc cref="DriftLimits"/>
    public double Kl { get; init; } = Kl > 0 ? Kl : throw new ArgumentOutOfRangeException(nameof(Kl), Kl, "A limit of drift is above 0.");

    /// <inheritdoc cref="DriftLimits"/>
    public double Level { get; init; } = Level is > 0 and < 1 ? Level : throw new ArgumentOutOfRangeException(nameof(Level), Level, "A level lies between 0 and 1.");
}
