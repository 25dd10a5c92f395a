namespace Slipway.Inference.LightGbm;

/// <summary>
/// One tree as the file has it, checked: every inner node has two children, every node but the root one parent. A child ≥ 0 is an inner node, a negative one
/// the leaf at its complement.
/// </summary>
internal sealed class LightGbmTree
{
    // Bits of a decision type, as LightGBM writes them.
    private const int CategoricalBit = 1;
    private const int DefaultLeftBit = 2;

    public required int[] Features { get; init; }

    public required double[] Thresholds { get; init; }

    public required int[] Decisions { get; init; }

    public required int[] Left { get; init; }

    public required int[] Right { get; init; }

    public required double[] Leaves { get; init; }

    /// <summary>Where the bits of each categorical split begin in <see cref="CategoryBits"/>; one more entry than there are such splits.</summary>
    public required int[] CategoryStarts { get; init; }

    public required uint[] CategoryBits { get; init; }

    public bool IsCategorical(int node) => (Decisions[node] & CategoricalBit) != 0;

    public bool DefaultsLeft(int node) => (Decisions[node] & DefaultLeftBit) != 0;

    public Missing MissingAt(int node) => (Missing)((Decisions[node] >> 2) & 3);
}

/// <summary>What counts as missing at a split.</summary>
internal enum Missing
{
    /// <summary>Nothing: NaN is taken as zero.</summary>
    None,

    /// <summary>Zero, and NaN with it.</summary>
    Zero,

    /// <summary>NaN.</summary>
    NaN,
}
