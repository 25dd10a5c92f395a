using Slipway.Console.Reading;
using Slipway.Retraining.Pipelines;
using Slipway.Statistics.Drift;
using Slipway.Validation;

namespace Slipway.Console.Components.Parts;

/// <summary>How the panels of a project stand.</summary>
internal static class Stages
{
    /// <summary>The six panels in the order of the lifecycle, with what each stands for.</summary>
    public static IReadOnlyList<(string Name, string Title, StageState State)> All(ProjectView view) =>
    [
        ("data", "Data", Of(view.Stage("data"), view.Data is not null)),
        ("train", "Train", Of(view.Stage("train"), view.Trials.Trials.Count > 0)),
        ("validate", "Validate", OfGates(view)),
        ("release", "Release", Of(view.Stage("register"), view.Versions.Count > 0)),
        ("serve", "Serve", Of(view.Stage("deploy"), view.Deployment is not null)),
        ("watch", "Watch", OfWatch(view.Watch)),
    ];

    /// <summary>How a run stands as a whole.</summary>
    public static StageState Of(PipelineRun run) => run.State switch
    {
        PipelineState.Running => StageState.Running,
        PipelineState.Failed => StageState.Failed,
        PipelineState.Succeeded => StageState.Done,
        _ => StageState.Missing,
    };

    /// <summary>A run in three words: "Running: train".</summary>
    public static string Tell(PipelineRun run) => run.State switch
    {
        PipelineState.Running => $"Running: {run.Stages.FirstOrDefault(s => s.State == PipelineState.Running)?.Name ?? "starting"}",
        PipelineState.Failed => $"Failed: {run.Stages.FirstOrDefault(s => s.State == PipelineState.Failed)?.Name ?? "before the first stage"}",
        PipelineState.Succeeded => "Succeeded",
        _ => "Waiting",
    };

    // What an earlier run brought is still there when the newest one has not come so far.
    private static StageState Of(PipelineStage? stage, bool present) => stage?.State switch
    {
        PipelineState.Running => StageState.Running,
        PipelineState.Failed => StageState.Failed,
        _ => present ? StageState.Done : StageState.Missing,
    };

    // Too few rows to tell is no failure, but no good news either.
    private static StageState OfWatch(WatchView view) => view switch
    {
        { Firing: > 0 } => StageState.Failed,
        { Verdicts.Count: > 0 } => view.Verdicts[^1].DriftVerdict == DriftVerdict.InsufficientData ? StageState.Unsure : StageState.Done,
        { Watch.Points.Count: > 0 } => StageState.Unsure,
        _ => StageState.Missing,
    };

    private static StageState OfGates(ProjectView view) => (view.Stage("validate")?.State, view.Report?.Report.Verdict) switch
    {
        (PipelineState.Running, _) => StageState.Running,
        (_, Verdict.Fail) => StageState.Failed,
        (_, Verdict.Inconclusive) => StageState.Unsure,
        (PipelineState.Failed, _) => StageState.Failed,
        (_, Verdict.Pass) => StageState.Done,
        _ => StageState.Missing,
    };
}
