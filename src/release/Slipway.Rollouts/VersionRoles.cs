using Slipway.Registry;

namespace Slipway.Rollouts;

/// <summary>Tells the registry where versions run: what each deployment answers with, and what it tries.</summary>
internal sealed class VersionRoles(DeploymentStore deployments) : IVersionRoles
{
    public async Task<IReadOnlyList<VersionRole>> ListAsync(CancellationToken cancellationToken) =>
    [
        .. (await deployments.ListAsync(cancellationToken)).SelectMany(deployment => deployment.Candidate is { } candidate
            ? new[] { new VersionRole(deployment.Stable.Reference, IsStable: true, deployment.Name), new VersionRole(candidate.Version.Reference, IsStable: false, deployment.Name) }
            : [new VersionRole(deployment.Stable.Reference, IsStable: true, deployment.Name)]),
    ];
}
