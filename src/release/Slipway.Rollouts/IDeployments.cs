using Slipway.Access;
using Slipway.Core;
using Slipway.Core.Errors;
using Slipway.Core.Names;

namespace Slipway.Rollouts;

/// <summary>What is deployed. Serving builds its routing snapshot from this, and nothing else decides what answers.</summary>
public interface IDeployments
{
    /// <summary>
    /// Makes <paramref name="version"/> the stable version of <paramref name="name"/>: loads and warms it, commits state and event, then switches. When it returns
    /// every new request gets that version. Deploying what is already live changes nothing. A version that cannot be loaded is never switched to. While a rollout is under way, deploying its
    /// candidate promotes it, and deploying anything else (the stable version, too) ends it as rolled back.
    /// </summary>
    /// <exception cref="SlipwayException"><see cref="ErrorKind.Conflict"/>: the version lacks what its policy demands; the message lists it.</exception>
    Task<DeploymentState> DeployAsync(string name, VersionReference version, Actor actor, string? reason, CancellationToken cancellationToken);

    /// <summary>
    /// The same at once in an emergency, although the version lacks what its policy demands. The deployment keeps who did so and why for as long as the version is live, and shows it; one that lacks
    /// nothing is simply deployed. What was rejected or deprecated is refused.
    /// </summary>
    /// <exception cref="SlipwayException"><see cref="ErrorKind.Forbidden"/>: the caller may not. <see cref="ErrorKind.InvalidInput"/>: there is no reason.</exception>
    Task<DeploymentState> OverrideAsync(string name, VersionReference version, Caller caller, string? reason, CancellationToken cancellationToken);

    /// <summary>
    /// Takes back the candidate of a rollout that is under way; where there is none, switches back to the version that was live before. What answers then has stayed loaded, so this takes
    /// milliseconds.
    /// </summary>
    /// <exception cref="SlipwayException"><see cref="ErrorKind.Conflict"/> when there is none.</exception>
    Task<DeploymentState> RollbackAsync(string name, Actor actor, string? reason, CancellationToken cancellationToken);

    /// <summary>A deployment, or null.</summary>
    Task<DeploymentState?> FindAsync(string name, CancellationToken cancellationToken);

    /// <summary>All deployments, by name.</summary>
    Task<IReadOnlyList<DeploymentState>> ListAsync(CancellationToken cancellationToken);
}
