using Slipway.Statistics.Drift;

namespace Slipway.Drift;

/// <summary>Two files compared.</summary>
/// <param name="Baseline">The baseline's path.</param>
/// <param name="Current">The current file's path.</param>
/// <param name="N">The baseline's rows.</param>
/// <param name="M">The current rows.</param>
/// <param name="Columns">The columns that were compared, in the baseline's order, each with its verdict among all.</param>
/// <param name="NotCompared">The columns that were not, each with the reason.</param>
/// <param name="Dataset">All columns together.</param>
internal sealed record FileDrift(
    string Baseline, string Current, long N, long M, IReadOnlyList<ColumnComparison> Columns, IReadOnlyList<NotCompared> NotCompared, DatasetDrift Dataset);

/// <summary>A column that was not compared.</summary>
internal sealed record NotCompared(string Column, string Reason);
