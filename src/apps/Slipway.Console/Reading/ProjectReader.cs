using System.Text.Json;
using Slipway.Core;
using Slipway.Core.Errors;
using Slipway.Core.Names;
using Slipway.Core.Projects;
using Slipway.Datasets;
using Slipway.Registry;
using Slipway.Registry.Approvals;
using Slipway.Retraining.Pipelines;
using Slipway.Retraining.Projects;
using Slipway.Rollouts;
using Slipway.Serving.Figures;
using Slipway.Statistics.Quality;
using Slipway.Storage.Events;
using Slipway.Training;
using Slipway.Validation;

namespace Slipway.Console.Reading;

/// <summary>Reads what the pages show from the modules' interfaces. Holds nothing: every call reads anew.</summary>
internal sealed class ProjectReader(
    IProjects projects,
    IPipelines pipelines,
    IDatasets datasets,
    ITrials trials,
    IModelRegistry registry,
    IApprovals approvals,
    IDeployments deployments,
    IServingFigures figures,
    IEventLog events,
    WatchReader watching)
{
    // A page is read by people: of a long history the newest part is enough, and the page stays bounded.
    private const int HistoryLimit = 50;
    private const int VersionLimit = 50;
    private const int RunLimit = 50;

    /// <summary>All projects, by model.</summary>
    public async Task<IReadOnlyList<ProjectSummary>> ListAsync(CancellationToken cancellationToken)
    {
        var summaries = new List<ProjectSummary>();
        foreach (var project in await projects.ListAsync(cancellationToken))
        {
            var (config, _) = Parse(project);
            var name = config?.DeploymentName() ?? project.Model;
            var runs = await pipelines.ListAsync(project.Model, RunLimit, cancellationToken);
            var deployment = await FindDeploymentAsync(name, project.Model, cancellationToken);
            name = deployment?.Name ?? name;
            summaries.Add(new ProjectSummary(project, config, runs.Count > 0 ? runs[0] : null, name, deployment, figures.Read(name))
            {
                Firing = await watching.CountFiringAsync(name, cancellationToken),
                Retrained = runs.FirstOrDefault(r => r.Trigger is not null) is { } run ? TrainingLine.Tell([run], await watching.ListRolloutsAsync(name, cancellationToken))[0] : null,
            });
        }

        return summaries;
    }

    /// <summary>A project with everything about it, or null.</summary>
    public async Task<ProjectView?> FindAsync(string model, WatchChoice choice, CancellationToken cancellationToken)
    {
        if (!ResourceName.IsValid(model) || await projects.FindAsync(model, cancellationToken) is not { } project)
        {
            return null;
        }

        var (config, problem) = Parse(project);
        var runs = await pipelines.ListAsync(model, RunLimit, cancellationToken);
        var snapshots = await datasets.ListAsync(model, cancellationToken);
        var versions = new List<VersionView>();
        foreach (var version in await registry.ListAsync(model, VersionLimit, null, cancellationToken))
        {
            versions.Add(new VersionView(version, await ReadHistoryAsync($"model/{version.Reference}", cancellationToken)));
        }

        var name = config?.DeploymentName() ?? model;
        var deployment = await FindDeploymentAsync(name, model, cancellationToken);
        name = deployment?.Name ?? name;
        var rollouts = await watching.ListRolloutsAsync(name, cancellationToken);
        return new ProjectView
        {
            Project = project,
            Config = config,
            Problem = problem,
            Run = runs.Count > 0 ? runs[0] : null,
            Data = snapshots.Count > 0 ? snapshots[0] : null,
            Trials = await ReadTrialsAsync(model, cancellationToken),
            Report = FindReport(runs),
            Versions = versions,
            DeploymentName = name,
            Deployment = deployment,
            DeploymentHistory = await ReadDeploymentAsync(name, cancellationToken),
            Live = deployment is null ? null : await registry.FindAsync(deployment.Stable.Reference, cancellationToken),
            Figures = figures.Read(name),
            Rollouts = rollouts,
            Watch = await watching.ReadAsync(name, config, TrainingLine.Tell(runs, rollouts), choice, cancellationToken),
        };
    }

    /// <summary>A rollout of a project's deployment, or null.</summary>
    public async Task<RolloutView?> FindRolloutAsync(string model, string id, CancellationToken cancellationToken) =>
        await watching.FindRolloutAsync(model, id, cancellationToken) is { } view
            ? view with { Warnings = (await FindDeploymentAsync(view.Rollout.Deployment, model, cancellationToken))?.Warnings ?? [] }
            : null;

    /// <summary>The name of a project's deployment; null where there is no such project.</summary>
    public async Task<string?> FindDeploymentNameAsync(string model, CancellationToken cancellationToken)
    {
        if (!ResourceName.IsValid(model) || await projects.FindAsync(model, cancellationToken) is not { } project)
        {
            return null;
        }

        var name = Parse(project).Config?.DeploymentName() ?? model;
        return (await FindDeploymentAsync(name, model, cancellationToken))?.Name ?? name;
    }

    /// <summary>The live figures of a deployment, without reading anything else.</summary>
    public IReadOnlyList<VersionFigures> ReadFigures(string deployment) => figures.Read(deployment);

    // A deployment that was renamed in the file still answers under the old name until it is applied.
    private async Task<DeploymentState?> FindDeploymentAsync(string name, string model, CancellationToken cancellationToken) =>
        (await deployments.FindAsync(name, cancellationToken) ?? (await deployments.ListAsync(cancellationToken)).FirstOrDefault(d => d.Stable.Reference.Model == model)) is { } found
            ? found with { Warnings = await DeploymentWarnings.ListAsync(found, approvals, cancellationToken) }
            : null;

    private async Task<TrialsView> ReadTrialsAsync(string model, CancellationToken cancellationToken)
    {
        var found = await trials.ListLatestAsync(model, cancellationToken);
        var metric = found.Count > 0 ? found[0].Metric : null;
        var known = metric is not null && Enum.GetValues<LearningTask>().Any(task => QualityMetrics.Names(task).Contains(metric));
        return new TrialsView(found, known ? QualityMetrics.HigherIsBetter(metric!) : null);
    }

    private async Task<IReadOnlyList<HistoryLine>> ReadHistoryAsync(string subject, CancellationToken cancellationToken) =>
        [.. (await events.ReadSubjectAsync(subject, HistoryLimit, cancellationToken)).Select(History.Tell)];

    // Alerts stand in the watch panel; in between, hundreds of them would hide what was live when.
    private async Task<IReadOnlyList<HistoryLine>> ReadDeploymentAsync(string name, CancellationToken cancellationToken) =>
    [
        .. (await events.ReadSubjectAsync($"deployment/{name}", WatchReader.EventLimit, cancellationToken))
            .Where(e => !e.Type.StartsWith("Alert", StringComparison.Ordinal)).TakeLast(HistoryLimit).Select(History.Tell).Reverse(),
    ];

    private static (ProjectConfig? Config, string? Problem) Parse(Project project)
    {
        try
        {
            return (ProjectFile.Parse(project.Yaml, ProjectFile.DefaultName), null);
        }
        catch (SlipwayException e)
        {
            // It was checked when it was applied, so an older or newer server accepted it: the page says so and shows the rest.
            return (null, e.Message);
        }
    }

    private static ReportView? FindReport(IReadOnlyList<PipelineRun> runs)
    {
        foreach (var run in runs)
        {
            if (run.Stages.FirstOrDefault(s => s.Name == "validate")?.Facts["report"] is { } report
                && report.Deserialize<ValidationReport>(SlipwayJson.Options) is { Gates: not null } read)
            {
                return new ReportView(read, $"the run of {Say.Time(run.StartedAt)}");
            }
        }

        return null;
    }
}
