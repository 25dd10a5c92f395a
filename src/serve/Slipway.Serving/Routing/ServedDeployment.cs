using Slipway.Rollouts;
using Slipway.Serving.Engine;

namespace Slipway.Serving.Routing;

/// <summary>A deployment with its loaded versions. Immutable.</summary>
internal sealed class ServedDeployment
{
    public ServedDeployment(DeploymentState state, ServedVersion stable, ServedVersion? candidate, ServedVersion? previous, ServeSettings? settings = null)
    {
        State = state;
        Settings = settings ?? ServeSettings.Default;
        Models = new Prepared(state, Settings).Models;
        Stable = stable;
        Candidate = candidate;
        Previous = previous;

        // A rollout may try the very version that a rollback would return to; then it is the candidate.
        Versions = [.. new[] { stable, candidate, previous }.OfType<ServedVersion>().DistinctBy(v => v.Reference)];
        Inputs = new NameTable(Versions.SelectMany(v => v.Signature.Inputs));
    }

    public string Name => State.Name;

    public DeploymentState State { get; }

    public ServedVersion Stable { get; }

    /// <summary>The version that a rollout is trying. It answers its share of the requests, and whoever asks for it by version.</summary>
    public ServedVersion? Candidate { get; }

    /// <summary>The version that a rollback returns to. It stays loaded, and answers only whoever asks for it by version.</summary>
    public ServedVersion? Previous { get; }

    /// <summary>The loaded versions, each once: the stable one, the candidate, the previous one.</summary>
    public IReadOnlyList<ServedVersion> Versions { get; }

    /// <summary>How its requests are run.</summary>
    public ServeSettings Settings { get; }

    /// <summary>What must stay loaded for it.</summary>
    public IReadOnlyList<ModelKey> Models { get; }

    /// <summary>The names that inputs can have.</summary>
    public NameTable Inputs { get; }

    /// <summary>The pinned version, by semantic version or number, or the stable one where none is pinned; null when the pinned one is not loaded.</summary>
    public ServedVersion? Find(string? pinned)
    {
        if (pinned is null || Stable.IsCalled(pinned))
        {
            return Stable;
        }

        if (Candidate is not null && Candidate.IsCalled(pinned))
        {
            return Candidate;
        }

        return Previous is not null && Previous.IsCalled(pinned) ? Previous : null;
    }
}
