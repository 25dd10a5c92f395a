using Slipway.Core.Errors;

namespace Slipway.Serving.Repository;

/// <summary>What can be called, and what can be loaded and unloaded by name: the Open Inference Protocol's model repository.</summary>
public interface IModelRepository
{
    /// <summary>Every model that the server knows of, by name; one entry for each of its versions, the one that answers first.</summary>
    IReadOnlyList<RepositoryModel> List();

    /// <summary>
    /// Loads a model, or loads it again from what its files are now. Callers at the same time share one load. Until the new one is ready the old one answers.
    /// </summary>
    /// <exception cref="SlipwayException">
    /// <see cref="ErrorKind.NotFound"/> when there is no such model; <see cref="ErrorKind.InvalidInput"/> when it cannot be loaded; <see cref="ErrorKind.Conflict"/> for a deployment that is
    /// released from the registry, which has its own way (<c>slipway deploy</c>).
    /// </exception>
    Task LoadAsync(string name, CancellationToken cancellationToken);

    /// <summary>Lets a model go: requests that it has taken up are answered, later ones find no model. Unloading what is not loaded changes nothing.</summary>
    /// <exception cref="SlipwayException"><see cref="ErrorKind.NotFound"/> when there is no such model; <see cref="ErrorKind.Conflict"/> for a deployment released from the registry.</exception>
    Task UnloadAsync(string name, CancellationToken cancellationToken);
}

/// <summary>A version of a model in the repository.</summary>
/// <param name="Name">The model's, or deployment's, name.</param>
/// <param name="Version">What callers may ask for and what answers say: a folder's number, or a semantic version; empty where no version is known yet.</param>
/// <param name="State">Whether it answers.</param>
/// <param name="Reason">Why it does not; empty when it does.</param>
public sealed record RepositoryModel(string Name, string Version, RepositoryModelState State, string Reason)
{
    /// <summary>How long its last load took; null where it was not loaded from the folder.</summary>
    public TimeSpan? LoadTime { get; init; }

    /// <summary>By how much its last load made the process grow, in bytes, but at least the size of its files; null where it was not loaded from the folder.</summary>
    public long? Bytes { get; init; }
}

/// <summary>Whether a model answers.</summary>
public enum RepositoryModelState
{
    /// <summary>It answers.</summary>
    Ready,

    /// <summary>It is being loaded.</summary>
    Loading,

    /// <summary>It is not loaded, or could not be.</summary>
    Unavailable,
}
