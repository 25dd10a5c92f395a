using Microsoft.Extensions.Logging;
using Slipway.Core.Errors;
using Slipway.Core.Projects;
using Slipway.Monitoring;
using Slipway.Rollouts;
using Slipway.Rollouts.Releases;
using Slipway.Serving.Engine;

namespace Slipway.Retraining.Projects;

/// <summary>
/// The projects as their files read, by the deployments that they name: what earlier stages ask for a release's plan and for what to watch. Kept in memory until a project changes, because
/// it is asked for all the time.
/// </summary>
/// <param name="book">The projects.</param>
/// <param name="deployments">Fetched late: what is deployed asks this for its plans.</param>
/// <param name="logger">Told of files that this version of the program does not read.</param>
internal sealed partial class ProjectCatalog(ProjectBook book, Func<IDeployments> deployments, ILogger<ProjectCatalog> logger) : IReleasePlans, IServeSettings, IMonitoredProjects
{
    private volatile Snapshot? _snapshot;

    /// <summary>All projects whose files this version of the program reads, by model.</summary>
    public async Task<IReadOnlyList<ReadProject>> ListAsync(CancellationToken cancellationToken)
    {
        // The revision is read first: a change in between is seen the next time.
        var revision = book.Revision;
        if (_snapshot is { } known && known.Revision == revision)
        {
            return known.Projects;
        }

        var read = new List<ReadProject>();
        foreach (var project in await book.ListAsync(cancellationToken))
        {
            try
            {
                read.Add(new ReadProject(project, ProjectFile.Parse(project.Yaml, ProjectFile.DefaultName)));
            }
            catch (SlipwayException exception)
            {
                LogUnread(logger, project.Model, exception.Message);
            }
        }

        _snapshot = new Snapshot(revision, read);
        return read;
    }

    /// <summary>The project that names a deployment, or null; where several do, the one whose model answers.</summary>
    public async Task<ReadProject?> FindAsync(string deployment, CancellationToken cancellationToken)
    {
        ReadProject[] named = [.. (await ListAsync(cancellationToken)).Where(project => project.Config.DeploymentName() == deployment)];
        if (named.Length < 2)
        {
            return named.FirstOrDefault();
        }

        var live = (await deployments().FindAsync(deployment, cancellationToken))?.Stable.Reference.Model;
        return named.FirstOrDefault(project => project.Config.Model == live);
    }

    async Task<RolloutPlan?> IReleasePlans.FindAsync(string deployment, CancellationToken cancellationToken) =>
        (await FindAsync(deployment, cancellationToken))?.Config.Deploy is { } deploy ? RolloutPlan.Of(deploy) : null;

    async Task<ServeSettings?> IServeSettings.FindAsync(string deployment, CancellationToken cancellationToken) =>
        (await FindAsync(deployment, cancellationToken))?.Config.Serve is { } serve ? Settings(serve) : null;

    async Task<ProjectConfig?> IMonitoredProjects.FindAsync(string deployment, CancellationToken cancellationToken) =>
        (await FindAsync(deployment, cancellationToken))?.Config;

    async Task<IReadOnlyList<ProjectConfig>> IMonitoredProjects.ListAsync(CancellationToken cancellationToken) =>
        [.. (await ListAsync(cancellationToken)).Select(project => project.Config)];

    private static ServeSettings Settings(ServeSection serve) => new()
    {
        MaxBatch = serve.MaxSize,
        MaxDelay = serve.MaxDelay,
        PreferredSizes = serve.PreferredSizes,
        MaxQueue = serve.Queue,
        Timeout = serve.Timeout,
        Instances = serve.Instances ?? 0,
        Threads = serve.Threads ?? 0,
        CacheFor = serve.CacheFor,
        CacheBytes = serve.CacheBytes,
        Device = serve.Device,
    };

    [LoggerMessage(LogLevel.Warning, "The kept file of {Model} cannot be read, so nothing is watched or retrained by it: {Reason}")]
    private static partial void LogUnread(ILogger logger, string model, string reason);

    private sealed record Snapshot(long Revision, IReadOnlyList<ReadProject> Projects);
}

/// <summary>A project with what its file says.</summary>
internal sealed record ReadProject(Project Project, ProjectConfig Config);
