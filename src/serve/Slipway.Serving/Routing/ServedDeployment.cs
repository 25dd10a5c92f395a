using Slipway.Rollouts;

namespace Slipway.Serving.Routing;

/// <summary>A deployment with its loaded versions. Immutable.</summary>
internal sealed class ServedDeployment
{
    public ServedDeployment(DeploymentState state, ServedVersion stable, ServedVersion? previous)
    {
        State = state;
        Stable = stable;
        Previous = previous;
        Inputs = new NameTable(Versions.SelectMany(v => v.Signature.Inputs));
    }

    public string Name => State.Name;

    public DeploymentState State { get; }

    public ServedVersion Stable { get; }

    /// <summary>The version that a rollback returns to. It stays loaded, and answers only whoever asks for it by version.</summary>
    public ServedVersion? Previous { get; }

    /// <summary>The loaded versions, the stable one first.</summary>
    public IReadOnlyList<ServedVersion> Versions => Previous is null ? [Stable] : [Stable, Previous];

    /// <summary>The names that inputs can have.</summary>
    public NameTable Inputs { get; }

    /// <summary>The version that answers: the pinned one, by semantic version or number, or the stable one; null when the pinned one is not loaded.</summary>
    public ServedVersion? Find(string? pinned)
    {
        if (pinned is null || Stable.IsCalled(pinned))
        {
            return Stable;
        }

        return Previous is not null && Previous.IsCalled(pinned) ? Previous : null;
    }
}
