using Slipway.Core.Names;

namespace Slipway.Registry;

/// <summary>Where versions run, for those who show it. The module that deploys provides it; where none does, nothing runs.</summary>
public interface IVersionRoles
{
    /// <summary>Every version that a deployment has now; one that several have comes several times.</summary>
    Task<IReadOnlyList<VersionRole>> ListAsync(CancellationToken cancellationToken);
}

/// <summary>A version in a deployment.</summary>
/// <param name="Version">Which.</param>
/// <param name="IsStable">True when it answers everybody; false for one that is tried beside it.</param>
/// <param name="Deployment">The deployment's name.</param>
public sealed record VersionRole(VersionReference Version, bool IsStable, string Deployment);
