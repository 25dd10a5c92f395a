namespace Slipway.Statistics.Sequential;

/// <summary>
/// Does the candidate lose more than the stable version, by more than a margin? Two e-processes, one that proves harm and one that proves safe, stay valid however often they are
/// looked at and while the weight changes: betting on the weighted difference (Waudby-Smith and Ramdas, JRSS B 2024).
/// </summary>
/// <remarks>
/// <para>A loss Y is a bounded number, 0 good and 1 bad, counted on <see cref="LossBins"/>. Units are assigned at random with a known weight, and each counts once. Harm's null hypothesis: the
/// candidate's mean loss exceeds the stable version's by the margin at most. Safe's: by the margin at least. The base may move in any way common to both arms.</para>
/// <para>The state is immutable, of constant size, and survives JSON; nothing is reset when the weight changes.</para>
/// </remarks>
public sealed record LossComparison
{
    /// <summary>How much worse is still good.</summary>
    public required LossMargin Margin { get; init; }

    /// <summary>The candidate's losses so far.</summary>
    public required LossTotals Candidate { get; init; }

    /// <summary>The stable version's losses so far.</summary>
    public required LossTotals Stable { get; init; }

    /// <summary>The natural logarithms of harm's e-values, one for each of twelve sizes of effect from 0.001 to 0.1.</summary>
    public required IReadOnlyList<double> Harm { get; init => field = OnePerEffect(value); }

    /// <summary>The natural logarithms of safe's e-values.</summary>
    public required IReadOnlyList<double> Safe { get; init => field = OnePerEffect(value); }

    /// <summary>The natural logarithm of the evidence that the candidate is worse by more than the margin; see <see cref="EValue.Rejects"/>. 0 before any data.</summary>
    public double LogHarm => EValue.LogMean(Harm);

    /// <summary>The natural logarithm of the evidence that the candidate is worse by less than the margin, or better. 0 before any data.</summary>
    public double LogSafe => EValue.LogMean(Safe);

    /// <summary>
    /// The candidate's mean loss less the stable version's, −1 … 1; null while an arm has no unit. For people: when the base moves while the weight changes, the arms saw different times,
    /// and only the evidence allows for that.
    /// </summary>
    public double? Difference => Candidate.Mean - Stable.Mean;

    /// <summary>A comparison before any data.</summary>
    public static LossComparison Start(LossMargin margin)
    {
        ArgumentNullException.ThrowIfNull(margin);
        return new LossComparison
        {
            Margin = margin,
            Candidate = LossTotals.None,
            Stable = LossTotals.None,
            Harm = new double[LossBet.Count],
            Safe = new double[LossBet.Count],
        };
    }

    /// <summary>
    /// Takes in what is new. All of it is bet with stakes from earlier looks, so neither the order of the counts nor how they are spread over replicas matters; a first look
    /// that holds everything is bet with next to no knowledge and proves less than many small ones.
    /// </summary>
    /// <param name="sinceLast">Each unit once, under the weight that assigned it; empty when nothing is new.</param>
    /// <exception cref="ArgumentException">A weight is not between 0 and 1, an edge not between 0 and 256, or a count negative.</exception>
    public LossComparison Look(IReadOnlyList<LossCounts> sinceLast)
    {
        ArgumentNullException.ThrowIfNull(sinceLast);
        var (mean, variance) = Past();
        var (candidate, stable) = (Candidate, Stable);
        double[] harm = [.. Harm];
        double[] safe = [.. Safe];
        foreach (var epoch in LossEpoch.Merge(sinceLast))
        {
            var bet = new LossBet(epoch.Weight, Margin, mean, variance);
            bet.Add(harm, safe, candidate: true, epoch.Candidate);
            bet.Add(harm, safe, candidate: false, epoch.Stable);
            candidate = candidate.And(LossTotals.Of(epoch.Candidate));
            stable = stable.And(LossTotals.Of(epoch.Stable));
        }

        return this with { Candidate = candidate, Stable = stable, Harm = harm, Safe = safe };
    }

    /// <summary>Equal in every number.</summary>
    public bool Equals(LossComparison? other) =>
        other is not null && Margin == other.Margin && Candidate == other.Candidate && Stable == other.Stable && Harm.SequenceEqual(other.Harm) && Safe.SequenceEqual(other.Safe);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Margin, Candidate, Stable);

    private static IReadOnlyList<double> OnePerEffect(IReadOnlyList<double> logs) => logs.Count == LossBet.Count
        ? logs
        : throw new ArgumentException($"A comparison keeps {LossBet.Count} e-values a direction, not {logs.Count}.", nameof(logs));

    /// <summary>
    /// Mean and variance of all losses before this look, of both arms together. One observation is made up, half of it a loss of 0 and half of 1: it gives m = ½ and v = ¼ before any
    /// data, keeps v above zero, and fades as 1/n. Whatever is chosen here costs power at most, never validity, as it is known before the data that is bet on.
    /// </summary>
    private (double Mean, double Variance) Past()
    {
        var all = Candidate.And(Stable);
        var count = all.Count + 1.0;
        var mean = (0.5 + (all.Sum / (double)LossBins.Edges)) / count;
        var meanSquare = (0.5 + (all.SumOfSquares / (double)(LossBins.Edges * LossBins.Edges))) / count;
        return (mean, Math.Max(0, meanSquare - (mean * mean)));
    }
}
