using Slipway.Core;
using Slipway.Storage.Events;

namespace Slipway.Retraining.Pipelines;

/// <summary>A run of the pipeline began.</summary>
public sealed record PipelineStarted(string Id, string Model, PipelineGoal Goal, Actor Actor) : IEvent
{
    /// <summary>What started it by itself; null for a person.</summary>
    public string? Trigger { get; init; }

    /// <summary>It learns only from rows before this time; null for all rows.</summary>
    public DateTimeOffset? AsOf { get; init; }

    /// <inheritdoc/>
    public string Subject => $"project/{Model}";
}

/// <summary>A run of the pipeline ended; its stages are the evidence.</summary>
public sealed record PipelineEnded(string Id, string Model, PipelineState State, string? Error, IReadOnlyList<PipelineStage> Stages, Actor Actor) : IEvent
{
    /// <summary>What started it by itself; null for a person.</summary>
    public string? Trigger { get; init; }

    /// <inheritdoc/>
    public string Subject => $"project/{Model}";

    /// <summary>The event of a run that has ended.</summary>
    public static PipelineEnded Of(PipelineRun run, Actor actor) => new(run.Id, run.Model, run.State, run.Error, run.Stages, actor) { Trigger = run.Trigger };
}
