using Slipway.Core.Projects;
using Slipway.Datasets;
using Slipway.Inference;

namespace Slipway.Validation;

/// <summary>Judges a model by its project's gates.</summary>
public interface IValidator
{
    /// <summary>Scores <paramref name="job"/>'s held-out rows and judges every gate. Deterministic: bootstrap samples are seeded.</summary>
    Task<ValidationReport> ValidateAsync(ValidationJob job, CancellationToken cancellationToken);
}

/// <summary>What to judge.</summary>
/// <param name="Validate">The project's <c>validate</c> section; null has no gates.</param>
/// <param name="Task"><c>regression</c>, <c>binary</c> or <c>multiclass</c>.</param>
/// <param name="Label">The column with the truth.</param>
/// <param name="TimeOrdered">True when rows stand in time order: intervals then come from a moving-block bootstrap.</param>
/// <param name="Model">The model.</param>
/// <param name="HeldOut">Rows that training did not see, with features and label.</param>
public sealed record ValidationJob(ValidateSection? Validate, string Task, string Label, bool TimeOrdered, IModel Model, Table HeldOut)
{
    /// <summary>What is live, for the gate <c>validate.champion</c>; null leaves that gate out.</summary>
    public Champion? Champion { get; init; }

    /// <summary>Columns of the held-out rows by whose values the metrics are told, too.</summary>
    public IReadOnlyList<string> Segments { get; init; } = [];
}

/// <summary>The version that is live, with which a candidate is compared.</summary>
/// <param name="Version">Its name, such as <c>bike-demand@1.0.0</c>.</param>
/// <param name="LoadAsync">Loads it; the caller disposes it. A <see cref="Core.Errors.SlipwayException"/> makes the gate inconclusive.</param>
public sealed record Champion(string Version, Func<CancellationToken, Task<IModel>> LoadAsync);

/// <summary>What a gate says.</summary>
public enum Verdict
{
    /// <summary>The whole interval is inside the limit.</summary>
    Pass,

    /// <summary>The whole interval is outside the limit.</summary>
    Fail,

    /// <summary>The limit lies within the interval: the held-out rows cannot tell.</summary>
    Inconclusive,
}

/// <summary>One judged gate, with its evidence.</summary>
/// <param name="Gate">The gate's name, such as <c>performance.rmse</c> or <c>champion.rmse</c>.</param>
/// <param name="Verdict">What it says.</param>
/// <param name="Limit">The limit as written, such as <c>&lt;= 60</c>; of a champion gate its margin in the metric's unit.</param>
/// <param name="Value">
/// The metric on all held-out rows; of a champion gate the difference to the live version's, positive when the candidate is worse. Null when it has no value (a zero denominator).
/// </param>
/// <param name="Low">The lower end of the 95 % interval; null when there is none.</param>
/// <param name="High">The upper end.</param>
/// <param name="Rows">How many rows it rests on.</param>
/// <param name="Sentence">One sentence for people.</param>
public sealed record GateResult(string Gate, Verdict Verdict, string Limit, double? Value, double? Low, double? High, int Rows, string Sentence);

/// <summary>All gates of a validation.</summary>
/// <param name="Gates">One result a gate, in the yaml's order; the champion's last.</param>
/// <param name="Metrics">Every metric of the task on the held-out rows, whether a gate asks for it or not.</param>
public sealed record ValidationReport(IReadOnlyList<GateResult> Gates, IReadOnlyDictionary<string, double> Metrics)
{
    /// <summary>The same metrics on the rows of each segment.</summary>
    public IReadOnlyList<SegmentMetrics> Segments { get; init; } = [];

    /// <summary>Fail when any gate fails; else inconclusive when any is; else pass.</summary>
    public Verdict Verdict =>
        Gates.Any(g => g.Verdict == Verdict.Fail) ? Verdict.Fail
        : Gates.Any(g => g.Verdict == Verdict.Inconclusive) ? Verdict.Inconclusive
        : Verdict.Pass;
}

/// <summary>Metrics on the rows of one segment.</summary>
/// <param name="Segment">The segment, such as <c>workingday=1</c>.</param>
/// <param name="Rows">How many held-out rows are of it.</param>
/// <param name="Metrics">Every metric of the task that has a value on them.</param>
public sealed record SegmentMetrics(string Segment, int Rows, IReadOnlyDictionary<string, double> Metrics);
