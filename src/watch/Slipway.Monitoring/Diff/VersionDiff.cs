using Slipway.Core.Names;
using Slipway.Registry;

namespace Slipway.Monitoring.Diff;

/// <summary>Two versions side by side: A is where somebody comes from, B where they go.</summary>
public sealed record VersionDiff
{
    /// <summary>The first version.</summary>
    public required DiffedVersion A { get; init; }

    /// <summary>The second.</summary>
    public required DiffedVersion B { get; init; }

    /// <summary>What changes for callers of A.</summary>
    public required SignatureDiff Signature { get; init; }

    /// <summary>The data that they learned from.</summary>
    public required DataDiff Data { get; init; }

    /// <summary>The parts of the recipe that differ; null where a side lacks one.</summary>
    public required IReadOnlyList<ValueDiff> Recipe { get; init; }

    /// <summary>Metrics as they were registered: each version's on the rows that its own training held out.</summary>
    public required IReadOnlyList<MetricDiff> Registered { get; init; }

    /// <summary>What both make of the same rows.</summary>
    public required SameRowsDiff SameRows { get; init; }

    /// <summary>Whether those who call A now would be served by B.</summary>
    public required CallersDiff Callers { get; init; }
}

/// <summary>One of the two versions.</summary>
/// <param name="Model">The model's name.</param>
/// <param name="Version">The semantic version.</param>
/// <param name="State">What was decided about it.</param>
/// <param name="CreatedAt">When it was registered (UTC).</param>
/// <param name="Format">The kind of artifact.</param>
/// <param name="ArtifactDigest">The artifact, byte for byte.</param>
/// <param name="Commit">The code's commit, or null.</param>
/// <param name="Bytes">The size of its files; null where they are gone.</param>
public sealed record DiffedVersion(string Model, SemanticVersion Version, VersionState State, DateTimeOffset CreatedAt, string Format, string ArtifactDigest, string? Commit, long? Bytes);

/// <summary>What changes in the contract.</summary>
/// <param name="Breaking">What some callers of A do not survive.</param>
/// <param name="Compatible">What none of them notices.</param>
public sealed record SignatureDiff(IReadOnlyList<string> Breaking, IReadOnlyList<string> Compatible);

/// <summary>The data of both.</summary>
/// <param name="A">That of A, or null where it is not known.</param>
/// <param name="B">That of B.</param>
/// <param name="Same">True when it is the same snapshot.</param>
/// <param name="Columns">The columns that differ, those that moved most first.</param>
/// <param name="Note">What could not be compared, or null.</param>
public sealed record DataDiff(DiffedData? A, DiffedData? B, bool Same, IReadOnlyList<ColumnDiff> Columns, string? Note);

/// <summary>A snapshot.</summary>
/// <param name="Name">The dataset's name.</param>
/// <param name="Digest">The snapshot's digest.</param>
/// <param name="Rows">Its rows; null where it is gone.</param>
/// <param name="Columns">Its columns.</param>
public sealed record DiffedData(string Name, string Digest, long? Rows, int? Columns);

/// <summary>A column of both snapshots, or of one.</summary>
/// <param name="Column">Its name.</param>
/// <param name="Change"><c>added</c>, <c>removed</c>, <c>type</c> or <c>values</c>.</param>
/// <param name="TypeA">Its type in A's data; null where that lacks it.</param>
/// <param name="TypeB">Its type in B's.</param>
/// <param name="MissingA">The share of A's rows without a value.</param>
/// <param name="MissingB">That of B's.</param>
/// <param name="MeanA">The mean of a number column in A's data.</param>
/// <param name="MeanB">That in B's.</param>
/// <param name="Psi">The population stability index of B's values against A's; null for times and other types.</param>
public sealed record ColumnDiff(string Column, string Change, string? TypeA, string? TypeB, double? MissingA, double? MissingB, double? MeanA, double? MeanB, double? Psi);

/// <summary>A value that differs.</summary>
/// <param name="Name">What it is.</param>
/// <param name="A">A's, or null.</param>
/// <param name="B">B's, or null.</param>
public sealed record ValueDiff(string Name, string? A, string? B);

/// <summary>A metric of both.</summary>
/// <param name="Metric">Its name.</param>
/// <param name="A">A's value, or null.</param>
/// <param name="B">B's value, or null.</param>
/// <param name="Difference">B minus A.</param>
/// <param name="Better"><c>a</c>, <c>b</c> or <c>same</c>; null where a side has none, or nobody knows which way is better.</param>
public sealed record MetricDiff(string Metric, double? A, double? B, double? Difference, string? Better);

/// <summary>What both versions make of the same rows.</summary>
/// <param name="Rows">How many they scored; 0 where none could be.</param>
/// <param name="Source">Which rows these are, or why there are none, in a sentence.</param>
/// <param name="Metrics">Metrics on them; empty where their truth is not known.</param>
/// <param name="Segments">The same by segment.</param>
/// <param name="Predictions">How the predictions differ; null without any.</param>
/// <param name="Speed">How fast both are; null where they did not run.</param>
public sealed record SameRowsDiff(
    int Rows, string Source, IReadOnlyList<MetricDiff> Metrics, IReadOnlyList<SegmentDiff> Segments, PredictionsDiff? Predictions, SpeedDiff? Speed);

/// <summary>Metrics of the rows of one segment.</summary>
/// <param name="Segment">The segment, such as <c>workingday=1</c>.</param>
/// <param name="Rows">How many of the rows are of it.</param>
/// <param name="Metrics">The metrics.</param>
public sealed record SegmentDiff(string Segment, int Rows, IReadOnlyList<MetricDiff> Metrics);

/// <summary>How predictions of the same rows differ.</summary>
/// <param name="Same">Rows with exactly the same prediction.</param>
/// <param name="Mean">The mean absolute difference; null where classes are not the same.</param>
/// <param name="Max">The largest.</param>
/// <param name="SameClass">The share of rows with the same class; null for numbers.</param>
/// <param name="Most">The rows that differ most.</param>
public sealed record PredictionsDiff(int Same, double? Mean, double? Max, double? SameClass, IReadOnlyList<DifferentRow> Most);

/// <summary>A row that both score differently.</summary>
/// <param name="Row">The row's place in the data (from 0), or the prediction's id.</param>
/// <param name="A">A's prediction: the number, the probability, or the class.</param>
/// <param name="B">B's.</param>
/// <param name="Difference">The largest absolute difference of its scores; null where these do not compare.</param>
/// <param name="Inputs">Its first inputs.</param>
public sealed record DifferentRow(string Row, string A, string B, double? Difference, IReadOnlyDictionary<string, string> Inputs);

/// <summary>How fast both are on the same rows, measured in turns in one run on this server, which may have had other work.</summary>
/// <param name="A">A's median time in microseconds a row.</param>
/// <param name="B">B's.</param>
/// <param name="RowsARun">Rows that a run scored together.</param>
/// <param name="Rounds">How often each ran.</param>
public sealed record SpeedDiff(double A, double B, int RowsARun, int Rounds);

/// <summary>Whether recorded callers of A would be served by B.</summary>
/// <param name="Requests">The recorded rows that were looked at, the newest.</param>
/// <param name="Served">Those that B takes.</param>
/// <param name="Refused">Those that B refuses.</param>
/// <param name="Untold">Those of which the log has not kept enough to tell.</param>
/// <param name="Reasons">Why they are refused, the most frequent first.</param>
/// <param name="Lacking">Inputs that B demands and that not every caller sends.</param>
/// <param name="Extra">Inputs that callers send and B does not know.</param>
/// <param name="Deployments">The deployments whose log has rows of A.</param>
/// <param name="Note">Why nothing is known, or null.</param>
public sealed record CallersDiff(
    int Requests,
    int Served,
    int Refused,
    int Untold,
    IReadOnlyList<RefusalReason> Reasons,
    IReadOnlyList<string> Lacking,
    IReadOnlyList<string> Extra,
    IReadOnlyList<string> Deployments,
    string? Note);

/// <summary>Why calls are refused.</summary>
/// <param name="Sentence">What the callers would be told.</param>
/// <param name="Rows">How many of them.</param>
public sealed record RefusalReason(string Sentence, int Rows);
