using System.Text.Json.Serialization;

namespace Slipway.Monitoring.Predictions;

/// <summary>What is known of a prediction.</summary>
public sealed record PredictionExplanation
{
    /// <summary>The id that was asked for.</summary>
    public required string Id { get; init; }

    /// <summary>The deployment that answered.</summary>
    public required string Deployment { get; init; }

    /// <summary>The model.</summary>
    public required string Model { get; init; }

    /// <summary>The version that answered.</summary>
    public required string Version { get; init; }

    /// <summary><c>stable</c>, <c>candidate</c> or <c>previous</c>.</summary>
    public required string Role { get; init; }

    /// <summary>The rollout that was under way; absent without one.</summary>
    public string? Rollout { get; init; }

    /// <summary>Why that version answered.</summary>
    public required Assignment Why { get; init; }

    /// <summary>When the request arrived (UTC).</summary>
    public required DateTimeOffset ArrivedAt { get; init; }

    /// <summary>True for a call that failed by the server's or the version's fault.</summary>
    public required bool Failed { get; init; }

    /// <summary>Why the call failed; absent where it did not, or where the log has not kept it.</summary>
    public PredictionError? Error { get; init; }

    /// <summary>True when no model ran for the request: its answer was kept for equal inputs.</summary>
    public required bool FromCache { get; init; }

    /// <summary>Where the time of the request went; absent where the log has none.</summary>
    public PredictionTiming? Timing { get; init; }

    /// <summary>The run that answered several requests; absent when the request ran alone.</summary>
    public SharedRun? Batch { get; init; }

    /// <summary>How many rows of the request the log has.</summary>
    public required int RowCount { get; init; }

    /// <summary>The row that was asked for, or the first rows of the request.</summary>
    public required IReadOnlyList<ExplainedRow> Rows { get; init; }

    /// <summary>When requests came with the same id again; the first is explained, since only that counts. Absent where none came.</summary>
    public IReadOnlyList<DateTimeOffset>? CameAgainAt { get; init; }

    /// <summary>What the log has not kept, and why.</summary>
    public required IReadOnlyList<NotLogged> NotLogged { get; init; }
}

/// <summary>Why a version answered a request.</summary>
/// <param name="Decision"><c>only</c> (no rollout), <c>randomised</c>, <c>weightZero</c>, <c>undivided</c> (rows on both sides) or <c>pinned</c> (asked for).</param>
/// <param name="Sentence">The same for people.</param>
public sealed record Assignment(string Decision, string Sentence)
{
    /// <summary>The candidate's weight at that time, 0 to 1; absent without a rollout.</summary>
    public double? Weight { get; init; }

    /// <summary>What was hashed; absent where chance did not decide or the log has not kept it.</summary>
    public string? Unit { get; init; }

    /// <summary><c>stickyKey</c> or <c>requestId</c>.</summary>
    public string? UnitKind { get; init; }

    /// <summary>Where the unit stands in the rollout, 0 to 1: below the weight the candidate answers.</summary>
    public double? Bucket { get; init; }
}

/// <summary>Why a call failed.</summary>
/// <param name="Kind">In a word: <c>Timeout</c>, <c>Unavailable</c>, <c>Failed</c>, or what the exception is called that the server did not expect.</param>
/// <param name="Message">In a sentence; absent where the project leaves values of requests out of the log, since a message may hold some.</param>
public sealed record PredictionError(string Kind, string? Message);

/// <summary>Where a request's time went. Stages are microseconds and add up to the whole.</summary>
/// <param name="Milliseconds">From the arrival until the answer stood.</param>
/// <param name="ParseUs">Until the request was understood.</param>
/// <param name="QueueUs">Until an instance took it up.</param>
/// <param name="BatchUs">Checking, putting together and taking apart.</param>
/// <param name="RunUs">The model.</param>
/// <param name="WriteUs">Until the answer stood.</param>
public sealed record PredictionTiming(double Milliseconds, double? ParseUs, double? QueueUs, double? BatchUs, double? RunUs, double? WriteUs);

/// <summary>A run that answered several requests.</summary>
/// <param name="Number">Its number, unique since the model was loaded.</param>
/// <param name="Rows">Its rows.</param>
/// <param name="Mates">The predictions that shared it and are in the log, the first row of each request.</param>
public sealed record SharedRun(long Number, int Rows, IReadOnlyList<string> Mates);

/// <summary>One row.</summary>
public sealed record ExplainedRow
{
    /// <summary>The prediction's id: the request's, with <c>/n</c> where the request has several rows.</summary>
    public required string Id { get; init; }

    /// <summary>When it happened (UTC).</summary>
    public required DateTimeOffset EventTime { get; init; }

    /// <summary>The sticky key; absent without one.</summary>
    public string? StickyKey { get; init; }

    /// <summary>The segments that the caller named.</summary>
    public required IReadOnlyDictionary<string, string> Segments { get; init; }

    /// <summary>The inputs, in the signature's order.</summary>
    public required IReadOnlyList<LoggedValue> Inputs { get; init; }

    /// <summary>The outputs, in the signature's order.</summary>
    public required IReadOnlyList<LoggedValue> Outputs { get; init; }

    /// <summary>The truth; absent when none came.</summary>
    public ExplainedOutcome? Outcome { get; init; }
}

/// <summary>A value of a row.</summary>
/// <param name="Name">The input's or output's name.</param>
/// <param name="Type">Its type in the signature, as the Open Inference Protocol calls it; absent where the version is not known any more.</param>
/// <param name="Value">
/// The value: a number, a text, true or false, an array of a row's elements, a digest of a large tensor; null is missing. Infinities are the texts <c>Infinity</c> and <c>-Infinity</c>.
/// </param>
public sealed record LoggedValue(string Name, string? Type, [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] object? Value);

/// <summary>What became known of a row's truth.</summary>
/// <param name="Label">The label as it was sent.</param>
/// <param name="State"><c>joined</c>, <c>waiting</c> for its prediction, or <c>unknown</c> after having waited too long.</param>
/// <param name="ReceivedAt">When it came (UTC).</param>
/// <param name="KnownAt">When it became known (event time); absent where nobody said and it is not joined.</param>
/// <param name="Losses">How far the prediction was from it, by loss; empty where the label does not fit the model.</param>
public sealed record ExplainedOutcome(string Label, string State, DateTimeOffset ReceivedAt, DateTimeOffset? KnownAt, IReadOnlyDictionary<string, double> Losses);

/// <summary>Something that the log has not kept.</summary>
/// <param name="Field">What, such as <c>inputs</c> or <c>inputs.age</c>.</param>
/// <param name="Why">Why.</param>
public sealed record NotLogged(string Field, string Why);
