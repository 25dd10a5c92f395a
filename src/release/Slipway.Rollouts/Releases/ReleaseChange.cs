using Slipway.Storage.Events;

namespace Slipway.Rollouts.Releases;

/// <summary>How a deployment stands: what it answers with, and the rollout that is under way.</summary>
/// <param name="Deployment">The deployment, or null before its first version.</param>
/// <param name="Rollout">The rollout of its candidate, or null.</param>
internal sealed record Standing(DeploymentState? Deployment, RolloutState? Rollout);

/// <summary>What is to change. All of it commits in one transaction.</summary>
internal sealed record ReleaseChange
{
    /// <summary>Nothing changes; a server that does not answer by the stored state yet is still brought to it.</summary>
    public static ReleaseChange None { get; } = new();

    /// <summary>The deployment's next state; null leaves it as it is.</summary>
    public DeploymentState? Deployment { get; init; }

    /// <summary>The rollout's next state, or a new rollout; null leaves it as it is.</summary>
    public RolloutState? Rollout { get; init; }

    /// <summary>The look at the evidence that led here.</summary>
    public RolloutLook? Look { get; init; }

    /// <summary>What happened.</summary>
    public IReadOnlyList<IEvent> Events { get; init; } = [];

    /// <summary>A version that must be allowed to answer; asked before and after loading.</summary>
    public Admittance? Admits { get; init; }

    /// <summary>True when there is something to commit.</summary>
    public bool Writes => Deployment is not null || Rollout is not null;
}
