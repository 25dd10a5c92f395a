using Slipway.Core;
using Slipway.Core.Projects;

namespace Slipway.Retraining.Pipelines;

/// <summary>A run that has not ended: its newest state, and a signal when that changes. One worker updates it; any number watch.</summary>
internal sealed class ActiveRun(PipelineRun run, ProjectConfig config, PipelineRequest request, Actor actor)
{
    private volatile Snapshot _snapshot = new(run);

    public ProjectConfig Config => config;

    public PipelineRequest Request => request;

    public Actor Actor => actor;

    public PipelineRun Run => _snapshot.Run;

    /// <summary>The state, and a task that completes when there is a newer one.</summary>
    public (PipelineRun Run, Task Changed) Read()
    {
        var snapshot = _snapshot;
        return (snapshot.Run, snapshot.Changed.Task);
    }

    public void Update(PipelineRun next)
    {
        var former = _snapshot;
        _snapshot = new Snapshot(next);
        former.Changed.TrySetResult();
    }

    public void UpdateStage(int index, Func<PipelineStage, PipelineStage> change)
    {
        var stages = Run.Stages.ToArray();
        stages[index] = change(stages[index]);
        Update(Run with { Stages = stages });
    }

    private sealed record Snapshot(PipelineRun Run)
    {
        public TaskCompletionSource Changed { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
