using Slipway.Core.Projects;
using Slipway.Monitoring.Alerts;
using Slipway.Monitoring.Watching;

namespace Slipway.Monitoring;

/// <summary>What is known about a deployment in production.</summary>
public interface IMonitoring
{
    /// <summary>The deployment's windows and verdicts over a stretch of event time (everything, with nulls; at most 2 000 points, the newest); null when nothing was ever recorded.</summary>
    Task<DeploymentWatch?> FindAsync(string deployment, DateTimeOffset? from, DateTimeOffset? to, CancellationToken cancellationToken);

    /// <summary>Alerts, newest first; of all deployments with null.</summary>
    Task<IReadOnlyList<AlertState>> ListAlertsAsync(string? deployment, bool firingOnly, int limit, CancellationToken cancellationToken);

    /// <summary>
    /// The deployment's own now: the event time that its traffic has reached where its callers state event times of the past (a replay), else the server's clock. Null for a deployment
    /// without any traffic. Never goes backwards.
    /// </summary>
    DateTimeOffset? Now(string deployment);

    /// <summary>How many labels were joined in all.</summary>
    Task<long> CountLabelsAsync(string deployment, CancellationToken cancellationToken);

    /// <summary>Returns when everything that was recorded before the call has been joined and judged, and the deployment's rollout has acted on it: how a replay keeps step.</summary>
    Task SettleAsync(string deployment, CancellationToken cancellationToken);
}

/// <summary>Says what a deployment's project wants watched; Retraining implements it from the project's file.</summary>
public interface IMonitoredProjects
{
    /// <summary>The project that names the deployment, or null: then the defaults hold.</summary>
    Task<ProjectConfig?> FindAsync(string deployment, CancellationToken cancellationToken);

    /// <summary>All projects, whether what they name is deployed or not.</summary>
    Task<IReadOnlyList<ProjectConfig>> ListAsync(CancellationToken cancellationToken);
}
