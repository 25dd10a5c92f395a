using System.Text.Json.Nodes;

namespace Slipway.Retraining.Pipelines;

/// <summary>What to run.</summary>
/// <param name="Yaml">The text of <c>slipway.yaml</c>.</param>
/// <param name="File">The file's name, for messages.</param>
/// <param name="Folder">The project's folder on this machine: all that its SQL may read.</param>
/// <param name="Goal">How far to go.</param>
public sealed record PipelineRequest(string Yaml, string File, string Folder, PipelineGoal Goal)
{
    /// <summary>Learn only from rows before this time (UTC, by <c>data.time</c>); null takes all rows.</summary>
    public DateTimeOffset? AsOf { get; init; }

    /// <summary>What started the run by itself, as one sentence ("performance: rmse 131 is worse than 92"); null for a person.</summary>
    public string? Trigger { get; init; }
}

/// <summary>Where a run stops.</summary>
public enum PipelineGoal
{
    /// <summary>When the version is registered: <c>slipway train</c>.</summary>
    Register,

    /// <summary>When the version answers requests: <c>slipway apply</c>.</summary>
    Deploy,
}

/// <summary>How a run or one of its stages stands.</summary>
public enum PipelineState
{
    /// <summary>Not begun.</summary>
    Waiting,

    /// <summary>Under way.</summary>
    Running,

    /// <summary>Ended well.</summary>
    Succeeded,

    /// <summary>Ended with an error or a gate that did not pass.</summary>
    Failed,

    /// <summary>Not needed in this run.</summary>
    Skipped,
}

/// <summary>One run of the pipeline.</summary>
public sealed record PipelineRun
{
    /// <summary>The run's id.</summary>
    public required string Id { get; init; }

    /// <summary>The model.</summary>
    public required string Model { get; init; }

    /// <summary>How far it goes.</summary>
    public required PipelineGoal Goal { get; init; }

    /// <summary>How it stands.</summary>
    public required PipelineState State { get; init; }

    /// <summary>data, train, validate, register, deploy, in this order.</summary>
    public required IReadOnlyList<PipelineStage> Stages { get; init; }

    /// <summary>When it began (UTC).</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>When it ended (UTC), or null.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>Who began it.</summary>
    public required string StartedBy { get; init; }

    /// <summary>Why it failed, for people; null unless it did.</summary>
    public string? Error { get; init; }

    /// <summary>The kind of the error, by which a caller chooses its exit code.</summary>
    public Core.Errors.ErrorKind? ErrorKind { get; init; }
}

/// <summary>One stage of a run.</summary>
/// <param name="Name"><c>data</c>, <c>train</c>, <c>validate</c>, <c>register</c> or <c>deploy</c>.</param>
/// <param name="State">How it stands.</param>
/// <param name="Seconds">How long it took; 0 until it has ended.</param>
/// <param name="Sentence">What happened, for people: "17,379 rows, 14 columns (already known)".</param>
/// <param name="Done">Steps done, for a progress bar.</param>
/// <param name="Total">Steps in all; 0 when it is not known.</param>
/// <param name="Facts">
/// Figures. data: dataset, digest, rows, columns, created. train: runId, trials, recipe, metrics, reused. validate: verdict, report (a <see cref="Validation.ValidationReport"/>).
/// register: version, number, state, created, reason. deploy: deployment, version, revision, changed.
/// </param>
public sealed record PipelineStage(string Name, PipelineState State, double Seconds, string Sentence, int Done, int Total, JsonObject Facts);
