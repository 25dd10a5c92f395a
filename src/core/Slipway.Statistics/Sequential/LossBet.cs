namespace Slipway.Statistics.Sequential;

/// <summary>
/// The stakes of one look at one weight w. A unit's excess X compares the arms without bias, and its mean is the candidate's loss beyond the margin:
/// harm (null: E[X] ≤ 0) multiplies its e-values by 1 + λX, safe (null: E[X] ≥ 0) by 1 − λX.
/// </summary>
/// <remarks>
/// <para>Z is 1 for a unit of the candidate, else 0. Absolute margin δ: X = (Z/w − (1−Z)/(1−w))(Y − m) − δ, with the past mean m. Relative margin ρ: X = ZY/w − (1+ρ)(1−Z)Y/(1−w).
/// Both are X = (Z/w − g(1−Z)/(1−w))(Y − c) − δ: c = m, g = 1 where the margin is absolute, c = 0, g = 1+ρ, δ = 0 where it is relative. Taking c from both arms cancels in the mean only for g = 1.</para>
/// <para>A factor below zero would turn a loss of the bet into evidence and break Ville's bound, so no λ may exceed 0.9 over how far X can go against it. X is linear in Y, hence it is
/// enough to ask at Y = 0 and Y = 1. No factor is ever below 0.1. The two directions differ: the bound of one says nothing about the other.</para>
/// </remarks>
internal sealed class LossBet
{
    /// <summary>How many bets run side by side, each for another size of effect.</summary>
    public const int Count = 12;

    private const double Reach = 0.9;

    // 0.001 … 0.1, geometric.
    private static readonly double[] Effects = [.. Enumerable.Range(0, Count).Select(k => 0.001 * Math.Pow(100, k / (Count - 1.0)))];

    private readonly double _candidate;
    private readonly double _stable;
    private readonly double _centre;
    private readonly double _shift;
    private readonly double[] _harm = new double[Count];
    private readonly double[] _safe = new double[Count];

    /// <param name="weight">w, the candidate's probability.</param>
    /// <param name="margin">δ or ρ.</param>
    /// <param name="mean">m, the mean loss as known before the look.</param>
    /// <param name="variance">v, the losses' variance as known before the look.</param>
    public LossBet(double weight, LossMargin margin, double mean, double variance)
    {
        var scale = margin.Relative ? 1 + margin.Value : 1;
        _shift = margin.Relative ? 0 : margin.Value;
        _centre = margin.Relative ? 0 : mean;
        _candidate = 1 / weight;
        _stable = -scale / (1 - weight);

        // Absolute: v(1/w + 1/(1−w)). Relative: (v + m²)(1/w + (1+ρ)²/(1−w)).
        var spread = (variance + ((mean - _centre) * (mean - _centre))) * (_candidate + (scale * scale / (1 - weight)));

        // Absolute: δ + max(m/w, (1−m)/(1−w)) and max((1−m)/w, m/(1−w)) − δ. Relative: (1+ρ)/(1−w) and 1/w.
        var below = -Math.Min(Excess(true, 0), Excess(false, 1));
        var above = Math.Max(Excess(true, 1), Excess(false, 0));
        for (var k = 0; k < Count; k++)
        {
            var best = Effects[k] / (spread + (Effects[k] * Effects[k]));
            _harm[k] = Bounded(best, below);
            _safe[k] = Bounded(best, above);
        }
    }

    /// <summary>X of a unit with loss <paramref name="y"/>.</summary>
    public double Excess(bool candidate, double y) => ((candidate ? _candidate : _stable) * (y - _centre)) - _shift;

    /// <summary>Adds the logarithms of the factors of all units of one arm.</summary>
    public void Add(double[] logHarm, double[] logSafe, bool candidate, ReadOnlySpan<long> countsByEdge)
    {
        for (var edge = 0; edge < countsByEdge.Length; edge++)
        {
            if (countsByEdge[edge] == 0)
            {
                continue;
            }

            var excess = Excess(candidate, LossBins.Loss(edge));
            for (var k = 0; k < Count; k++)
            {
                logHarm[k] += countsByEdge[edge] * Math.Log(1 + (_harm[k] * excess));
                logSafe[k] += countsByEdge[edge] * Math.Log(1 - (_safe[k] * excess));
            }
        }
    }

    // How far X can go is never below zero for harm (a mean of the two ends, with weights w and 1−w, is 1 + δ or more), nor for safe while δ < 1 (the same mean is 1 − δ). At δ = 1,
    // no X may be above zero: then 1 − λX is at least 1 whatever λ is, and there is nothing to bound. Such a margin is safe by definition, and its evidence may say so.
    private static double Bounded(double best, double against) => against > 0 ? Math.Min(best, Reach / against) : best;
}
