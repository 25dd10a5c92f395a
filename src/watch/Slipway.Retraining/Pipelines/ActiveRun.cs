using Slipway.Core;
using Slipway.Core.Projects;

namespace Slipway.Retraining.Pipelines;

/// <summary>A run that has not ended: its newest state, and a signal when that changes. One worker updates it; any number watch.</summary>
internal sealed class ActiveRun(PipelineRun run, ProjectConfig config, PipelineRequest request, Actor actor, Checkpoint? checkpoint = null)
{
    private volatile Snapshot _snapshot = new(run, IsLast: false);

    public ProjectConfig Config => config;

    public PipelineRequest Request => request;

    public Actor Actor => actor;

    /// <summary>What the train stage of an interrupted run left.</summary>
    public Checkpoint? Checkpoint => checkpoint;

    public PipelineRun Run => _snapshot.Run;

    /// <summary>The state, a task that completes when there is a newer one, and whether there will be none: the run has ended, or the server has.</summary>
    public (PipelineRun Run, Task Changed, bool IsLast) Read()
    {
        var snapshot = _snapshot;
        return (snapshot.Run, snapshot.Changed.Task, snapshot.IsLast);
    }

    public void Update(PipelineRun next) => Update(next, isLast: false);

    /// <summary>Tells those who watch the last that this process knows of the run.</summary>
    public void Close(PipelineRun last) => Update(last, isLast: true);

    public void UpdateStage(int index, Func<PipelineStage, PipelineStage> change)
    {
        var stages = Run.Stages.ToArray();
        stages[index] = change(stages[index]);
        Update(Run with { Stages = stages });
    }

    private void Update(PipelineRun next, bool isLast)
    {
        var former = _snapshot;
        _snapshot = new Snapshot(next, isLast);
        former.Changed.TrySetResult();
    }

    private sealed record Snapshot(PipelineRun Run, bool IsLast)
    {
        public TaskCompletionSource Changed { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
