namespace Slipway.Statistics.Drift;

/// <summary>What the bins of a column are.</summary>
public enum BinKind
{
    /// <summary>Ranges between quantiles of the baseline: numbers with more than 20 distinct values.</summary>
    Edges,

    /// <summary>Single values and <c>other</c>: numbers with 20 distinct values or fewer.</summary>
    Values,

    /// <summary>Categories, <c>other</c> and <c>missing</c>: text.</summary>
    Categories,
}
