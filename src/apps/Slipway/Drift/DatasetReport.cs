using Slipway.Statistics.Drift;

namespace Slipway.Drift;

/// <summary>All columns together as <c>slipway drift --json</c> writes them.</summary>
/// <param name="Verdict"><c>ok</c>, <c>drift</c> or <c>insufficient data</c>.</param>
/// <param name="Baseline">The baseline's path.</param>
/// <param name="Current">The current file's path.</param>
/// <param name="N">The baseline's rows.</param>
/// <param name="M">The current rows.</param>
/// <param name="Compared">How many columns were compared.</param>
/// <param name="Drifted">How many of them drifted.</param>
/// <param name="Share">Their share, 0…1.</param>
/// <param name="NotCompared">The columns that were not compared, each with the reason.</param>
/// <param name="Limits">The limits of the verdicts.</param>
internal sealed record DatasetReport(
    DriftVerdict Verdict,
    string Baseline,
    string Current,
    long N,
    long M,
    int Compared,
    int Drifted,
    double Share,
    IReadOnlyList<NotCompared> NotCompared,
    DriftLimits Limits)
{
    public static DatasetReport Of(FileDrift result, DriftLimits limits) => new(
        result.Dataset.Verdict, result.Baseline, result.Current, result.N, result.M, result.Columns.Count, result.Dataset.Drifted, result.Dataset.Share, result.NotCompared, limits);
}
