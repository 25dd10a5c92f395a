using Slipway.Core;
using Slipway.Storage.Events;

namespace Slipway.Retraining.Pipelines;

/// <summary>A run of the pipeline began.</summary>
public sealed record PipelineStarted(string Id, string Model, PipelineGoal Goal, Actor Actor) : IEvent
{
    /// <inheritdoc/>
    public string Subject => $"project/{Model}";
}

/// <summary>A run of the pipeline ended; its stages are the evidence.</summary>
public sealed record PipelineEnded(string Id, string Model, PipelineState State, string? Error, IReadOnlyList<PipelineStage> Stages, Actor Actor) : IEvent
{
    /// <inheritdoc/>
    public string Subject => $"project/{Model}";
}
