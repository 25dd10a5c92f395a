namespace Slipway.Statistics.Drift;

/// <summary>All columns together.</summary>
/// <param name="Verdict">Drift if a column drifts; insufficient data if none does and none could be judged; else ok.</param>
/// <param name="Columns">Each column with its verdict among all.</param>
/// <param name="Drifted">How many drift.</param>
/// <param name="Share">Their share of all columns, 0…1; 0 without columns.</param>
public sealed record DatasetDrift(DriftVerdict Verdict, IReadOnlyList<ColumnDrift> Columns, int Drifted, double Share);
