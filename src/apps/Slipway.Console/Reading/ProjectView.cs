using Slipway.Core.Projects;
using Slipway.Datasets;
using Slipway.Registry;
using Slipway.Retraining.Pipelines;
using Slipway.Retraining.Projects;
using Slipway.Rollouts;
using Slipway.Rollouts.Releases;
using Slipway.Serving.Figures;
using Slipway.Training;
using Slipway.Validation;

namespace Slipway.Console.Reading;

/// <summary>All that a project's page shows, read at one moment.</summary>
public sealed record ProjectView
{
    /// <summary>The project as it was applied.</summary>
    public required Project Project { get; init; }

    /// <summary>What its file says; null when it cannot be read any more.</summary>
    public ProjectConfig? Config { get; init; }

    /// <summary>Why the file cannot be read; null when it can.</summary>
    public string? Problem { get; init; }

    /// <summary>The newest run of the pipeline, or null.</summary>
    public PipelineRun? Run { get; init; }

    /// <summary>The newest snapshot of its data, or null.</summary>
    public DatasetVersion? Data { get; init; }

    /// <summary>The trials of its latest training.</summary>
    public required TrialsView Trials { get; init; }

    /// <summary>The newest judgement of its gates, or null.</summary>
    public ReportView? Report { get; init; }

    /// <summary>Its versions, newest first.</summary>
    public IReadOnlyList<VersionView> Versions { get; init; } = [];

    /// <summary>The name that callers use, or will use.</summary>
    public required string DeploymentName { get; init; }

    /// <summary>What is deployed, or null.</summary>
    public DeploymentState? Deployment { get; init; }

    /// <summary>What happened to the deployment, newest first.</summary>
    public IReadOnlyList<HistoryLine> DeploymentHistory { get; init; } = [];

    /// <summary>The version that answers, or null.</summary>
    public ModelVersion? Live { get; init; }

    /// <summary>Live figures by version, newest first.</summary>
    public IReadOnlyList<VersionFigures> Figures { get; init; } = [];

    /// <summary>Its rollouts, newest first.</summary>
    public IReadOnlyList<RolloutState> Rollouts { get; init; } = [];

    /// <summary>What is known of it in production.</summary>
    public WatchView Watch { get; init; } = new();

    /// <summary>The stage of the newest run by name, or null.</summary>
    public PipelineStage? Stage(string name) => Run?.Stages.FirstOrDefault(s => s.Name == name);
}

/// <summary>The trials of one training.</summary>
/// <param name="Trials">By number.</param>
/// <param name="HigherIsBetter">Which way is better; null when the metric is not one that Slipway knows.</param>
public sealed record TrialsView(IReadOnlyList<Trial> Trials, bool? HigherIsBetter)
{
    /// <summary>The trial with the best score, or null.</summary>
    public Trial? Best => HigherIsBetter switch
    {
        true => Trials.Where(t => t.Score is not null).MaxBy(t => t.Score),
        false => Trials.Where(t => t.Score is not null).MinBy(t => t.Score),
        null => null,
    };
}

/// <summary>A judgement of a version's gates.</summary>
/// <param name="Report">The gates' results.</param>
/// <param name="Source">What it was about, for people: "the run of 24 Nov 2026 21:58 UTC".</param>
public sealed record ReportView(ValidationReport Report, string Source);

/// <summary>A version with what happened to it.</summary>
/// <param name="Version">The version.</param>
/// <param name="History">What was decided about it, oldest first.</param>
public sealed record VersionView(ModelVersion Version, IReadOnlyList<HistoryLine> History);

/// <summary>One line of a history.</summary>
/// <param name="At">When (UTC).</param>
/// <param name="What">What happened, for people: "Version approved".</param>
/// <param name="Actor">Who did it.</param>
/// <param name="Reason">Why, or null.</param>
public sealed record HistoryLine(DateTimeOffset At, string What, string Actor, string? Reason);

/// <summary>One line of the overview.</summary>
/// <param name="Project">The project.</param>
/// <param name="Config">What its file says; null when it cannot be read any more.</param>
/// <param name="Run">The newest run of the pipeline, or null.</param>
/// <param name="DeploymentName">The name that callers use, or will use.</param>
/// <param name="Deployment">What is deployed, or null.</param>
/// <param name="Figures">Live figures by version.</param>
public sealed record ProjectSummary(
    Project Project, ProjectConfig? Config, PipelineRun? Run, string DeploymentName, DeploymentState? Deployment, IReadOnlyList<VersionFigures> Figures)
{
    /// <summary>How many of its alerts fire.</summary>
    public int Firing { get; init; }

    /// <summary>The newest run that a trigger began, or null.</summary>
    public TrainingLine? Retrained { get; init; }

    /// <summary>Requests answered since the server started, errors included.</summary>
    public long Requests => Figures.Sum(f => f.Requests);

    /// <summary>Of these, with an error.</summary>
    public long Errors => Figures.Sum(f => f.Errors);

    /// <summary>The 95 % quantile of the live version's latency in milliseconds, or null.</summary>
    public double? P95 => Figures.FirstOrDefault(f => f.Version == Deployment?.Stable.Reference)?.P95;
}
