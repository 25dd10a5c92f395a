namespace Slipway.Statistics.Drift;

/// <summary>What <see cref="ColumnCounts"/> holds, as it is stored; the bins are stored beside it, once for many.</summary>
/// <param name="Counts">Rows by bin.</param>
/// <param name="Rows">All rows.</param>
/// <param name="Missing">Rows without a value.</param>
/// <param name="Unseen">Rows whose value or category the baseline does not have.</param>
/// <param name="Numbers">Finite numbers: what the next four are of.</param>
/// <param name="Mean">Their mean; 0 without any.</param>
/// <param name="M2">The sum of their squared distances from the mean.</param>
/// <param name="Min">The smallest; null without any.</param>
/// <param name="Max">The largest; null without any.</param>
/// <param name="Pairs">Pairs of consecutive rows.</param>
/// <param name="SamePairs">Those that fell in the same bin.</param>
/// <param name="BinPairs">Pairs that both have a bin.</param>
/// <param name="BinProducts">The sum of the products of their bins' numbers.</param>
public sealed record ColumnCountsData(
    IReadOnlyList<long> Counts, long Rows, long Missing, long Unseen, long Numbers, double Mean, double M2, double? Min, double? Max, long Pairs, long SamePairs, long BinPairs, double BinProducts);
