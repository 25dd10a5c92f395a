namespace Slipway.Statistics.Sequential;

/// <summary>The losses of one arm, over all looks and weights. Whole numbers, so they are exact in any order.</summary>
/// <param name="Count">How many units.</param>
/// <param name="Sum">The sum of their edges, each 0 … 256.</param>
/// <param name="SumOfSquares">The sum of the squares of their edges.</param>
public sealed record LossTotals(long Count, long Sum, long SumOfSquares)
{
    /// <summary>Nothing yet.</summary>
    internal static LossTotals None { get; } = new(0, 0, 0);

    /// <summary>The mean loss, 0 … 1; null without any unit.</summary>
    public double? Mean => Count == 0 ? null : Sum / (double)LossBins.Edges / Count;

    /// <summary>Both arms, or both times, together.</summary>
    internal LossTotals And(LossTotals other) => checked(new LossTotals(Count + other.Count, Sum + other.Sum, SumOfSquares + other.SumOfSquares));

    internal static LossTotals Of(ReadOnlySpan<long> countsByEdge)
    {
        long count = 0, sum = 0, squares = 0;
        for (var edge = 0; edge < countsByEdge.Length; edge++)
        {
            checked
            {
                count += countsByEdge[edge];
                sum += edge * countsByEdge[edge];
                squares += edge * edge * countsByEdge[edge];
            }
        }

        return new LossTotals(count, sum, squares);
    }
}
