using System.Text.Json.Nodes;
using Slipway.Core.Errors;
using Slipway.Core.Names;
using Slipway.Core.Projects;
using Slipway.Core.Units;
using Slipway.Datasets;

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

    /// <summary>The new version gets at least this one, where a lower one would be proposed; null leaves it to the proposal.</summary>
    public SemanticVersion? AtLeast { get; init; }

    /// <summary>What started the run by itself, as one sentence ("performance: rmse 131 is worse than 92"); null for a person.</summary>
    public string? Trigger { get; init; }

    /// <summary>Reads the moment of <c>--as-of</c> and of the routes: a date or a moment in ISO 8601, in UTC where it names no offset. Null for null.</summary>
    /// <exception cref="SlipwayException"><see cref="ErrorKind.InvalidInput"/>: it is no such text.</exception>
    public static DateTimeOffset? ParseAsOf(string? text)
    {
        if (text is null)
        {
            return null;
        }

        return Moment.TryParse(text, out var moment)
            ? moment
            : throw new SlipwayException(ErrorKind.InvalidInput, $"'{text}' is no moment to learn as of. Write a date such as 2011-07-01, or a moment such as 2011-07-01T06:00:00Z.");
    }

    /// <summary>Refuses a moment where nothing says when rows happened.</summary>
    /// <exception cref="SlipwayException"><see cref="ErrorKind.InvalidInput"/>: the project names no time column.</exception>
    public void CheckAsOf(ProjectConfig config)
    {
        if (AsOf is { } asOf && config.Data?.Time is null)
        {
            throw new SlipwayException(
                ErrorKind.InvalidInput,
                $"{File} names no data.time, so the rows before {DatasetQuery.Moment(asOf)} cannot be told from the others. Name the column with the event time, or take all rows.");
        }
    }
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
    public ErrorKind? ErrorKind { get; init; }

    /// <summary>What started it by itself, as one sentence; null for a person.</summary>
    public string? Trigger { get; init; }

    /// <summary>It learns only from rows before this time (UTC); null for all rows.</summary>
    public DateTimeOffset? AsOf { get; init; }

    /// <summary>How often the server's end interrupted it.</summary>
    public int Interruptions { get; init; }
}

/// <summary>One stage of a run.</summary>
/// <param name="Name"><c>data</c>, <c>train</c>, <c>validate</c>, <c>register</c> or <c>deploy</c>.</param>
/// <param name="State">How it stands.</param>
/// <param name="Seconds">How long it took; 0 until it has ended.</param>
/// <param name="Sentence">What happened, for people: "17,379 rows, 14 columns (already known)".</param>
/// <param name="Done">Steps done, for a progress bar.</param>
/// <param name="Total">Steps in all; 0 when it is not known.</param>
/// <param name="Facts">
/// Figures. data: dataset, digest, rows, columns, created. train: runId, trials, recipe, metrics, reused. validate: verdict, report (a <see cref="Validation.ValidationReport"/>), champion.
/// register: version, number, state, created, reason. deploy: deployment, version, revision, changed, and rollout, strategy where one began.
/// </param>
public sealed record PipelineStage(string Name, PipelineState State, double Seconds, string Sentence, int Done, int Total, JsonObject Facts);
