using System.Text.Json.Serialization;

namespace Slipway.Statistics.Drift;

/// <summary>
/// One column of current rows against the baseline: effects, evidence and verdict. Distances are of the bins' shares, and null when one side has no value at all. A report shows both
/// effect and evidence: with 20 000 rows a test rejects shifts that do not matter, and with 100 chance alone passes the limits of effect.
/// </summary>
public sealed record ColumnDrift
{
    /// <summary>The column.</summary>
    public required string Column { get; init; }

    /// <summary>The baseline's rows, missing ones included.</summary>
    public required long N { get; init; }

    /// <summary>The current rows, missing ones included.</summary>
    public required long M { get; init; }

    /// <summary>Population stability index, Σ(q − p) ln(q/p).</summary>
    public double? Psi { get; init; }

    /// <summary>Kullback-Leibler divergence of current from baseline, in nats.</summary>
    public double? Kl { get; init; }

    /// <summary>Jensen-Shannon distance, 0…1.</summary>
    public double? Js { get; init; }

    /// <summary>Hellinger distance, 0…1.</summary>
    public double? Hellinger { get; init; }

    /// <summary>Total variation, 0…1: the share of rows that would have to change their bin.</summary>
    public double? Tv { get; init; }

    /// <summary>The largest difference of a bin's share, 0…1.</summary>
    public double? Linf { get; init; }

    /// <summary>χ² of homogeneity, divided by the design effect where rows are ordered in time.</summary>
    public double? Chi2 { get; init; }

    /// <summary>Its p-value.</summary>
    [JsonPropertyName("chi2_p")]
    public double? Chi2P { get; init; }

    /// <summary>Cramér's V, 0…1: χ² as an effect.</summary>
    public double? CramersV { get; init; }

    /// <summary>The bins that a row of either side is in.</summary>
    public int Bins { get; init; }

    /// <summary>True when rows stand in the order of time and depend on each other: <see cref="EffectiveRows"/> is then less than the rows.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Ordered { get; init; }

    /// <summary>n·m/(n + m) of the rows with a bin, as many independent ones as they are worth.</summary>
    public double EffectiveRows { get; init; }

    /// <summary>The effective rows from which on both limits of effect can be judged.</summary>
    public double RequiredRows { get; init; }

    /// <summary>The baseline's share of missing values, 0…1.</summary>
    public double MissingBaseline { get; init; }

    /// <summary>The current share of missing values, 0…1.</summary>
    public double MissingCurrent { get; init; }

    /// <summary>Missing or not, as two bins: PSI. Null for text, where missing is a category, and when nothing is missing.</summary>
    public double? MissingPsi { get; init; }

    /// <summary>The same: Kullback-Leibler divergence in nats.</summary>
    public double? MissingKl { get; init; }

    /// <summary>The same: p-value of χ².</summary>
    [JsonPropertyName("missing_p")]
    public double? MissingP { get; init; }

    /// <summary>n·m/(n + m) of all rows, as many independent ones as they are worth.</summary>
    public double MissingEffectiveRows { get; init; }

    /// <summary>The share of current rows whose value or category the baseline does not have; null where bins cannot tell.</summary>
    public double? Unseen { get; init; }

    /// <summary>The baseline's mean; null for text.</summary>
    public double? MeanBaseline { get; init; }

    /// <summary>The current mean; null for text.</summary>
    public double? MeanCurrent { get; init; }

    /// <summary>The bin whose share changed most; null when none did.</summary>
    public BinShift? Moved { get; init; }

    /// <summary>Kolmogorov-Smirnov statistic, 0…1; only where raw values were compared.</summary>
    public double? Ks { get; init; }

    /// <summary>Its asymptotic p-value.</summary>
    [JsonPropertyName("ks_p")]
    public double? KsP { get; init; }

    /// <summary>Wasserstein-1 distance in the column's unit; only where raw values were compared.</summary>
    public double? Wasserstein { get; init; }

    /// <summary>The same in standard deviations of the baseline.</summary>
    public double? WassersteinSd { get; init; }

    /// <summary>The verdict.</summary>
    public DriftVerdict Verdict { get; init; }

    /// <summary>True when it is a drift of the share of missing numbers.</summary>
    public bool MissingDrifted { get; init; }
}

/// <summary>A bin's share, 0…1, in baseline and current.</summary>
public sealed record BinShift(string Bin, double Baseline, double Current);
