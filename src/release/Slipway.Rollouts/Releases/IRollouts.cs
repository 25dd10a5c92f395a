using Slipway.Core;
using Slipway.Core.Errors;
using Slipway.Core.Names;

namespace Slipway.Rollouts.Releases;

/// <summary>
/// Releases: how a deployment comes to another version, with the evidence. A reconciler drives them: it reads state and evidence, decides in a pure function, and commits event, look and
/// new state in one transaction, so it may be killed at any instruction and run again.
/// </summary>
public interface IRollouts
{
    /// <summary>
    /// Starts a rollout. A deployment's first version, and the strategy <c>immediate</c>, take over at once and the rollout is returned as promoted. The same origin again returns the
    /// rollout that it started, whatever became of it; the same candidate while it is under way returns that one; a version that answers already begins nothing and is returned as promoted.
    /// </summary>
    /// <exception cref="SlipwayException">
    /// <see cref="ErrorKind.Conflict"/>: the version is not approved, another rollout of the deployment is under way, or (canary) the candidate's signature breaks the callers of the stable one.
    /// </exception>
    Task<RolloutState> StartAsync(RolloutRequest request, Actor actor, CancellationToken cancellationToken);

    /// <summary>Makes the candidate stable now, whatever the evidence says. <see cref="ErrorKind.Conflict"/> when the rollout has ended.</summary>
    Task<RolloutState> PromoteAsync(string id, Actor actor, string? reason, CancellationToken cancellationToken);

    /// <summary>Takes the candidate back now. <see cref="ErrorKind.Conflict"/> when the rollout has ended.</summary>
    Task<RolloutState> RollBackAsync(string id, Actor actor, string? reason, CancellationToken cancellationToken);

    /// <summary>
    /// Looks at new evidence of the deployment's rollout and acts on it; returns when there is nothing more to do now. Idempotent; cheap when nothing is under way. It waits for the
    /// deployment's turn and reads <see cref="IRolloutEvidence"/> in it: hold no lock that the evidence needs.
    /// </summary>
    Task ReconcileAsync(string deployment, CancellationToken cancellationToken);

    /// <summary>A rollout, or null.</summary>
    Task<RolloutState?> FindAsync(string id, CancellationToken cancellationToken);

    /// <summary>The rollout of a deployment that is running or held, or null.</summary>
    Task<RolloutState?> FindActiveAsync(string deployment, CancellationToken cancellationToken);

    /// <summary>A deployment's rollouts, newest first.</summary>
    Task<IReadOnlyList<RolloutState>> ListAsync(string deployment, int limit, CancellationToken cancellationToken);

    /// <summary>A rollout's looks, oldest first.</summary>
    Task<IReadOnlyList<RolloutLook>> ListLooksAsync(string id, CancellationToken cancellationToken);
}

/// <summary>What to roll out.</summary>
/// <param name="Deployment">The deployment; created when it is new.</param>
/// <param name="Version">The candidate.</param>
/// <param name="Plan">How; null takes the plan of the project that the deployment belongs to, or <c>immediate</c> where there is none.</param>
/// <param name="Reason">Why, for the history.</param>
/// <param name="Origin">What asks for it, such as a pipeline run's id; null for a person.</param>
public sealed record RolloutRequest(string Deployment, VersionReference Version, RolloutPlan? Plan, string? Reason, string? Origin = null);

/// <summary>Says how a deployment's project wants its releases; Retraining implements it from the project's file.</summary>
public interface IReleasePlans
{
    /// <summary>The plan of the project that names the deployment, or null.</summary>
    Task<RolloutPlan?> FindAsync(string deployment, CancellationToken cancellationToken);
}
