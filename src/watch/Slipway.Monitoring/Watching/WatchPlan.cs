using Slipway.Core.Projects;
using Slipway.Monitoring.Profiles;

namespace Slipway.Monitoring.Watching;

/// <summary>What a deployment's project wants watched; the defaults where there is none.</summary>
internal sealed class WatchPlan
{
    private WatchPlan(ProjectConfig? project, IReadOnlySet<string> redacted)
    {
        Project = project;
        Redacted = redacted;
        Monitor = project?.Monitor ?? new MonitorSection();
        Grid = BucketGrid.Of(Monitor.Window);
        Segments = project?.Data?.Segments ?? [];
        Judge = new WindowJudge(Monitor);
    }

    /// <summary>The project, or null.</summary>
    public ProjectConfig? Project { get; }

    /// <summary>Its limits.</summary>
    public MonitorSection Monitor { get; }

    /// <summary>How time is cut.</summary>
    public BucketGrid Grid { get; }

    /// <summary>Names whose values are judged apart.</summary>
    public IReadOnlyList<string> Segments { get; }

    /// <summary>Inputs and outputs that are not recorded.</summary>
    public IReadOnlySet<string> Redacted { get; }

    /// <summary>Judges by its limits.</summary>
    public WindowJudge Judge { get; }

    /// <summary>The plan of a project; <paramref name="before"/> when it is of the same one.</summary>
    public static WatchPlan Of(ProjectConfig? project, IReadOnlySet<string> redacted, WatchPlan? before) =>
        before is not null && ReferenceEquals(before.Project, project) && ReferenceEquals(before.Redacted, redacted) ? before : new WatchPlan(project, redacted);
}

/// <summary>What a deployment's watcher goes on from.</summary>
/// <param name="From">The buckets are whole from here on, UTC ticks.</param>
/// <param name="Profiles">The buckets.</param>
/// <param name="Verdicts">The verdicts of their windows.</param>
/// <param name="Segments">All segments there ever were.</param>
/// <param name="Firing">The alerts that fire.</param>
internal sealed record RestoredWatch(
    long From, IReadOnlyList<StoredProfile> Profiles, IReadOnlyList<WindowVerdict> Verdicts, IReadOnlyList<string> Segments, IReadOnlyList<Alerts.AlertState> Firing);
