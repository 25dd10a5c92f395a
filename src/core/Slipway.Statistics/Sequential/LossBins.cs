namespace Slipway.Statistics.Sequential;

/// <summary>The grid on which losses are counted: the edges j/256, j = 0 … 256, of the range from 0 to 1.</summary>
/// <remarks>
/// Between two looks <see cref="LossComparison"/> needs only how often each edge occurred in each arm. That is what replicas add up and what a replay reads. A loss of yes or no
/// lies on the edges 0 and 256 and loses nothing.
/// </remarks>
public static class LossBins
{
    /// <summary>The last edge, which is a loss of 1. There are 257 edges: 0 … 256.</summary>
    public const int Edges = 256;

    // Sets the stream of rounding apart from whatever else hashes an id: were rounding up tied to the assignment of the arm, it would look like harm.
    private const ulong Stream = 0x4C6F_7373_4269_6E73;

    /// <summary>
    /// The edge next to a loss, below or above at random and in the mean equal to it: a loss of 3.25/256 becomes edge 3 three times in four and edge 4 once. A loss on an edge stays.
    /// The same id and loss give the same edge, on every machine and for ever.
    /// </summary>
    /// <param name="y">The loss, scaled to 0 … 1.</param>
    /// <param name="predictionId">The seed. It may not depend on the loss or the arm.</param>
    /// <returns>0 … 256.</returns>
    public static int Round(double y, string predictionId)
    {
        ArgumentException.ThrowIfNullOrEmpty(predictionId);
        if (!(y is >= 0 and <= 1))
        {
            throw new ArgumentOutOfRangeException(nameof(y), y, "A loss lies between 0 and 1; clip it to the metric's range and scale it first.");
        }

        // 256 is a power of two, so neither the product nor the fraction is rounded.
        var scaled = y * Edges;
        var below = (int)scaled;
        return new SeededRandom((long)(Hash(predictionId) ^ Stream)).NextDouble() < scaled - below ? below + 1 : below;
    }

    /// <summary>The loss at an edge.</summary>
    internal static double Loss(int edge) => edge / (double)Edges;

    /// <summary>FNV-1a of the id in UTF-8 (Fowler, Noll, Vo; 64 bits). Its upper bits are poor for short ids; <see cref="SeededRandom"/> mixes them.</summary>
    private static ulong Hash(string id)
    {
        var hash = 0xCBF2_9CE4_8422_2325;
        Span<byte> bytes = stackalloc byte[4];
        foreach (var rune in id.EnumerateRunes())
        {
            foreach (var b in bytes[..rune.EncodeToUtf8(bytes)])
            {
                hash = unchecked((hash ^ b) * 0x100_0000_01B3);
            }
        }

        return hash;
    }
}
