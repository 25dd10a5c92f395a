using Slipway.Rollouts;
using Slipway.Serving.Engine;

namespace Slipway.Serving.Routing;

/// <summary>A deployment with its loaded versions. Immutable.</summary>
internal sealed class ServedDeployment
{
    public ServedDeployment(
        DeploymentState state, ServedVersion stable, ServedVersion? candidate, ServedVersion? previous, ServeSettings? settings = null, IReadOnlyList<ServedVersion>? others = null)
    {
        State = state;
        Settings = settings ?? ServeSettings.Default;
        Models = new Prepared(state, Settings).Models;
        Stable = stable;
        Candidate = candidate;
        Previous = previous;

        // A rollout may try the very version that a rollback would return to; then it is the candidate.
        Versions = [.. new[] { stable, candidate, previous }.OfType<ServedVersion>().Concat(others ?? []).DistinctBy(v => v.Reference)];
        Inputs = new NameTable(Versions.SelectMany(v => v.Signature.Inputs));
    }

    public string Name => State.Name;

    public DeploymentState State { get; }

    public ServedVersion Stable { get; }

    /// <summary>The version that a rollout is trying. It answers its share of the requests, and whoever asks for it by version.</summary>
    public ServedVersion? Candidate { get; }

    /// <summary>The version that a rollback returns to. It stays loaded, and answers only whoever asks for it by version.</summary>
    public ServedVersion? Previous { get; }

    /// <summary>True for a model that is served as it lies in a folder; false for a deployment that was released.</summary>
    public bool IsFolders => State.Source is not null;

    /// <summary>The loaded versions, each once: the stable one, the candidate, the previous one; in a folder, those with lower numbers.</summary>
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

        foreach (var version in Versions)
        {
            if (version.IsCalled(pinned))
            {
                return version;
            }
        }

        return null;
    }
}
