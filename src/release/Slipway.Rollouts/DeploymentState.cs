using Slipway.Core;
using Slipway.Core.Errors;
using Slipway.Core.Names;

namespace Slipway.Rollouts;

/// <summary>What a deployment's desired state is.</summary>
/// <param name="Name">The stable name that callers use.</param>
/// <param name="Stable">The version that answers.</param>
/// <param name="Previous">The version that a rollback returns to, or null.</param>
/// <param name="Revision">1, 2, 3 …: grows with every change.</param>
/// <param name="ChangedAt">When it last changed (UTC).</param>
/// <param name="ChangedBy">Who changed it.</param>
public sealed record DeploymentState(
    string Name,
    DeployedVersion Stable,
    DeployedVersion? Previous,
    long Revision,
    DateTimeOffset ChangedAt,
    string ChangedBy)
{
    /// <summary>The version that a rollout is trying beside the stable one, or null.</summary>
    public CandidateState? Candidate { get; init; }

    /// <summary>Where a model that is served as it lies in a folder lies there; null for a deployment that was released from the registry.</summary>
    public string? Source { get; init; }

    /// <summary>By which emergency override the stable version answers; null where it keeps its policy.</summary>
    public OverrideState? Override { get; init; }

    /// <summary>The same of the version that a rollback returns to.</summary>
    public OverrideState? PreviousOverride { get; init; }

    /// <summary>What whoever looks at the deployment should know, a sentence each. Not kept: it is found when somebody looks (<see cref="DeploymentWarnings"/>).</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>A deployment's first state.</summary>
    public static DeploymentState First(string name, DeployedVersion version, Actor actor, DateTimeOffset at, OverrideState? by = null) =>
        new(name, version, null, 1, at, actor.Name) { Override = by };

    /// <summary>
    /// Makes <paramref name="version"/> the one that answers everybody, keeping what answered until now for a rollback. What is live already stays as it is; a candidate beside it goes.
    /// </summary>
    public DeploymentState Deploy(DeployedVersion version, Actor actor, DateTimeOffset at, OverrideState? by = null) => version == Stable
        ? Candidate is null ? this : TakeBack(actor, at)
        : this with
        {
            Stable = version,
            Override = by,
            Previous = Stable,
            PreviousOverride = Override,
            Candidate = null,
            Revision = Revision + 1,
            ChangedAt = at,
            ChangedBy = actor.Name,
        };

    /// <summary>Lets <paramref name="candidate"/> answer its share beside the stable version, or another share than until now.</summary>
    public DeploymentState Try(CandidateState candidate, Actor actor, DateTimeOffset at) =>
        this with { Candidate = candidate, Revision = Revision + 1, ChangedAt = at, ChangedBy = actor.Name };

    /// <summary>The stable version answers everybody again.</summary>
    public DeploymentState TakeBack(Actor actor, DateTimeOffset at) => this with { Candidate = null, Revision = Revision + 1, ChangedAt = at, ChangedBy = actor.Name };

    /// <summary>Goes back to what answered before. The two change places, so that rolling back a rollback goes forward again.</summary>
    public DeploymentState RollBack(Actor actor, DateTimeOffset at) => Previous is null
        ? throw new SlipwayException(
            ErrorKind.Conflict, $"The deployment {Name} has had no version but {Stable.Reference}, so there is nothing to roll back to. Deploy another version instead.")
        : Deploy(Previous, actor, at, PreviousOverride);
}

/// <summary>A version that takes a share of a deployment's requests while a rollout judges it.</summary>
/// <param name="Version">The version.</param>
/// <param name="Weight">The share of requests that it answers: 0 (loaded and warm, answers only whoever asks for it by version) up to, but below, 1.</param>
/// <param name="Rollout">The rollout's id; requests are assigned by <see cref="Releases.RolloutUnits"/> of it.</param>
public sealed record CandidateState(DeployedVersion Version, double Weight, string Rollout);

/// <summary>A version in a deployment.</summary>
public sealed record DeployedVersion(VersionReference Reference, string ArtifactDigest);
