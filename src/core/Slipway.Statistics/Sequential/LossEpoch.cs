namespace Slipway.Statistics.Sequential;

/// <summary>All counts of one look under one weight. Added up and in a fixed order before anything is computed, so replicas give the very number that one process gives.</summary>
internal sealed class LossEpoch(double weight)
{
    // Weights nearer to 0 or 1 than this cannot be told from them, and their reciprocals would leave the numbers.
    private const double NearestWeight = 1e-9;

    public double Weight { get; } = weight;

    public long[] Candidate { get; } = new long[LossBins.Edges + 1];

    public long[] Stable { get; } = new long[LossBins.Edges + 1];

    /// <summary>One epoch a weight, by weight.</summary>
    public static IReadOnlyCollection<LossEpoch> Merge(IReadOnlyList<LossCounts> counts)
    {
        var epochs = new SortedDictionary<double, LossEpoch>();
        foreach (var (weight, candidate, stable) in counts)
        {
            if (!(weight is >= NearestWeight and <= 1 - NearestWeight))
            {
                throw new ArgumentOutOfRangeException(nameof(counts), weight, "The candidate's weight lies between 0 and 1; at 0 or 1 only one version answers and nothing can be compared.");
            }

            if (!epochs.TryGetValue(weight, out var epoch))
            {
                epochs.Add(weight, epoch = new LossEpoch(weight));
            }

            Add(epoch.Candidate, candidate);
            Add(epoch.Stable, stable);
        }

        return epochs.Values;
    }

    private static void Add(long[] to, IReadOnlyDictionary<int, long> counts)
    {
        foreach (var (edge, count) in counts)
        {
            if (edge is < 0 or > LossBins.Edges)
            {
                throw new ArgumentOutOfRangeException(nameof(counts), edge, $"Losses are counted at the edges 0 to {LossBins.Edges}.");
            }

            ArgumentOutOfRangeException.ThrowIfNegative(count);
            to[edge] = checked(to[edge] + count);
        }
    }
}
