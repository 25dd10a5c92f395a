using System.Text.Json.Serialization;
using Slipway.Statistics.Drift;

namespace Slipway.Drift;

/// <summary>One column as <c>slipway drift --json</c> writes it.</summary>
/// <param name="Column">The column.</param>
/// <param name="Type"><c>number</c> or <c>text</c>.</param>
/// <param name="N">The baseline's rows.</param>
/// <param name="M">The current rows.</param>
/// <param name="Psi">Population stability index.</param>
/// <param name="Kl">Kullback-Leibler divergence of current from baseline, in nats.</param>
/// <param name="Ks">Kolmogorov-Smirnov statistic of numbers.</param>
/// <param name="KsP">Its asymptotic p-value.</param>
/// <param name="Chi2">χ² of homogeneity over the bins.</param>
/// <param name="Chi2P">Its p-value.</param>
/// <param name="Missing">Shares of missing values in baseline and current.</param>
/// <param name="Unseen">The share of current rows whose value or category the baseline does not have; absent where bins cannot tell.</param>
/// <param name="Verdict"><c>ok</c>, <c>drift</c> or <c>insufficient data</c>.</param>
internal sealed record ColumnReport(
    string Column,
    string Type,
    long N,
    long M,
    double? Psi,
    double? Kl,
    double? Ks,
    [property: JsonPropertyName("ks_p")] double? KsP,
    double? Chi2,
    [property: JsonPropertyName("chi2_p")] double? Chi2P,
    IReadOnlyList<double> Missing,
    double? Unseen,
    DriftVerdict Verdict)
{
    public static ColumnReport Of(ColumnComparison column)
    {
        var drift = column.Drift;
        return new ColumnReport(
            drift.Column,
            column.Type,
            drift.N,
            drift.M,
            drift.Psi,
            drift.Kl,
            drift.Ks,
            drift.KsP,
            drift.Chi2,
            drift.Chi2P,
            [drift.MissingBaseline, drift.MissingCurrent],
            drift.Unseen,
            drift.Verdict);
    }
}
