using Slipway.Core;
using Slipway.Core.Names;
using Slipway.Storage.Events;

namespace Slipway.Rollouts;

/// <summary>A version was made the one that answers.</summary>
/// <param name="Deployment">The deployment's name.</param>
/// <param name="Version">What answers from now on.</param>
/// <param name="ArtifactDigest">What that is, byte for byte.</param>
/// <param name="Former">What answered until now; null for the first.</param>
/// <param name="Revision">The deployment's revision from now on.</param>
/// <param name="Reason">Why, in the words of whoever deployed it.</param>
/// <param name="Actor">Who deployed it.</param>
public sealed record VersionDeployed(
    string Deployment, VersionReference Version, string ArtifactDigest, VersionReference? Former, long Revision, string? Reason, Actor Actor) : IEvent
{
    /// <summary>The emergency override by which it answers against its policy, with what it lacked; null for most.</summary>
    public OverrideState? Override { get; init; }

    /// <inheritdoc/>
    public string Subject => DeploymentSubject.Of(Deployment);
}

/// <summary>A deployment went back to the version that answered before.</summary>
/// <param name="Deployment">The deployment's name.</param>
/// <param name="Version">What answers from now on.</param>
/// <param name="ArtifactDigest">What that is, byte for byte.</param>
/// <param name="Former">What answered until now.</param>
/// <param name="Revision">The deployment's revision from now on.</param>
/// <param name="Reason">Why, in the words of whoever rolled back.</param>
/// <param name="Actor">Who rolled back.</param>
public sealed record DeploymentRolledBack(
    string Deployment, VersionReference Version, string ArtifactDigest, VersionReference Former, long Revision, string? Reason, Actor Actor) : IEvent
{
    /// <inheritdoc/>
    public string Subject => DeploymentSubject.Of(Deployment);
}

/// <summary>How the event log names a deployment.</summary>
internal static class DeploymentSubject
{
    public static string Of(string deployment) => $"deployment/{deployment}";
}
