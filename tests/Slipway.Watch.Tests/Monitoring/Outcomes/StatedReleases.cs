using Slipway.Core;
using Slipway.Core.Names;
using Slipway.Core.Projects;
using Slipway.Monitoring;
using Slipway.Rollouts;
using Slipway.Rollouts.Releases;

namespace Slipway.Watch.Tests.Monitoring.Outcomes;

/// <summary>What is deployed, rolled out and wanted, as a test states it.</summary>
internal sealed class StatedReleases : IDeployments, IRollouts, IMonitoredProjects
{
    public static readonly VersionReference Stable = VersionReference.Parse("bike-demand@1.0.0");

    public static readonly VersionReference Candidate = VersionReference.Parse("bike-demand@1.1.0");

    public List<string> Deployments { get; } = ["bikes"];

    public List<RolloutState> Rollouts { get; } = [];

    public string Task { get; set; } = "regression";

    /// <summary>The share of answers that the project has recorded; null leaves it to the server.</summary>
    public double? Sample { get; set; }

    /// <summary>Columns that the project names as segments.</summary>
    public List<string> Segments { get; } = [];

    /// <summary>Deployments whose rollouts were asked to look at new evidence.</summary>
    public List<string> Reconciled { get; } = [];

    public Func<string, Task>? OnReconcile { get; set; }

    /// <summary>Thrown when somebody looks for a rollout.</summary>
    public Exception? FindFailure { get; set; }

    private ProjectConfig Project => new()
    {
        Model = "bike-demand",
        Data = new DataSection("", null, null, Segments, 1),
        Train = new TrainSection { Task = Task },
        Deploy = new DeploySection { Name = "bikes" },
        Monitor = new MonitorSection { Log = new LogSection(Sample, []) },
    };

    /// <summary>Starts a canary of <c>bikes</c> at 25 % whose slots are an hour long.</summary>
    public RolloutState Start(Guardrail[] guardrails, params string[] segments)
    {
        var rollout = new RolloutState
        {
            Id = $"rollout-{Rollouts.Count + 1}",
            Deployment = "bikes",
            Stable = Stable,
            Candidate = Candidate,
            Plan = new RolloutPlan { Strategy = "canary", Steps = [new CanaryStep(0.25, TimeSpan.FromHours(30))], Guardrails = guardrails, Segments = segments },
            StartedAt = DateTimeOffset.UnixEpoch,
            StartedBy = "alice",
        };
        Rollouts.Add(rollout);
        return rollout;
    }

    public void End(string id)
    {
        var at = Rollouts.FindIndex(r => r.Id == id);
        Rollouts[at] = Rollouts[at] with { Status = RolloutStatus.Promoted, EndedAt = DateTimeOffset.UnixEpoch };
    }

    public async Task ReconcileAsync(string deployment, CancellationToken cancellationToken)
    {
        Reconciled.Add(deployment);
        if (OnReconcile is { } reconcile)
        {
            await reconcile(deployment);
        }
    }

    public Task<RolloutState?> FindActiveAsync(string deployment, CancellationToken cancellationToken) =>
        System.Threading.Tasks.Task.FromResult(Rollouts.FindLast(r => r.Deployment == deployment && r.EndedAt is null));

    Task<RolloutState?> IRollouts.FindAsync(string id, CancellationToken cancellationToken) => FindFailure is { } failure
        ? System.Threading.Tasks.Task.FromException<RolloutState?>(failure)
        : System.Threading.Tasks.Task.FromResult(Rollouts.Find(r => r.Id == id));

    Task<DeploymentState?> IDeployments.FindAsync(string name, CancellationToken cancellationToken) => System.Threading.Tasks.Task.FromResult(
        Deployments.Contains(name) ? new DeploymentState(name, new DeployedVersion(Stable, "digest"), null, 1, DateTimeOffset.UnixEpoch, "alice") : null);

    Task<ProjectConfig?> IMonitoredProjects.FindAsync(string deployment, CancellationToken cancellationToken) =>
        System.Threading.Tasks.Task.FromResult<ProjectConfig?>(Project);

    Task<IReadOnlyList<ProjectConfig>> IMonitoredProjects.ListAsync(CancellationToken cancellationToken) =>
        System.Threading.Tasks.Task.FromResult<IReadOnlyList<ProjectConfig>>([Project]);

    Task<IReadOnlyList<DeploymentState>> IDeployments.ListAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

    Task<DeploymentState> IDeployments.DeployAsync(string name, VersionReference version, Actor actor, string? reason, CancellationToken cancellationToken) => throw new NotSupportedException();

    Task<DeploymentState> IDeployments.OverrideAsync(string name, VersionReference version, Access.Caller caller, string? reason, CancellationToken cancellationToken) => throw new NotSupportedException();

    Task<DeploymentState> IDeployments.RollbackAsync(string name, Actor actor, string? reason, CancellationToken cancellationToken) => throw new NotSupportedException();

    Task<RolloutState> IRollouts.StartAsync(RolloutRequest request, Actor actor, CancellationToken cancellationToken) => throw new NotSupportedException();

    Task<RolloutState> IRollouts.PromoteAsync(string id, Actor actor, string? reason, CancellationToken cancellationToken) => throw new NotSupportedException();

    Task<RolloutState> IRollouts.RollBackAsync(string id, Actor actor, string? reason, CancellationToken cancellationToken) => throw new NotSupportedException();

    Task<IReadOnlyList<RolloutState>> IRollouts.ListAsync(string deployment, int limit, CancellationToken cancellationToken) => throw new NotSupportedException();

    Task<IReadOnlyList<RolloutLook>> IRollouts.ListLooksAsync(string id, CancellationToken cancellationToken) => throw new NotSupportedException();
}
