using Slipway.Core;
using Slipway.Core.Errors;
using Slipway.Core.Names;
using Slipway.Inference;
using Slipway.Storage;

namespace Slipway.Registry;

/// <summary>Every version of every model. What people decide about them is <see cref="Approvals.IApprovals"/>. Each change is an event with who, when, why and the evidence.</summary>
public interface IModelRegistry
{
    /// <summary>
    /// Registers an artifact as the model's next version. The same artifact from the same data and recipe again returns the version it already is:
    /// idempotent. Of two callers at once, each gets a version of its own unless they register the same.
    /// </summary>
    Task<RegisterResult> RegisterAsync(NewModelVersion version, Actor actor, CancellationToken cancellationToken);

    /// <summary>Marks a draft as validated, keeping the gates' results (JSON) as evidence. A validated or approved version stays what it is.</summary>
    Task<ModelVersion> ValidateAsync(VersionReference version, string evidence, Actor actor, CancellationToken cancellationToken);

    /// <summary>A version, or null.</summary>
    Task<ModelVersion?> FindAsync(VersionReference version, CancellationToken cancellationToken);

    /// <summary>A version; <see cref="ErrorKind.NotFound"/> names the versions there are.</summary>
    Task<ModelVersion> GetAsync(VersionReference version, CancellationToken cancellationToken);

    /// <summary>What was decided about a version, as a transaction sees it, for who begins to need the version in it; null when there is no such version.</summary>
    Task<VersionState?> FindStateAsync(WriteTransaction transaction, VersionReference version);

    /// <summary>A model's newest versions, newest first: at most <paramref name="limit"/>, and with <paramref name="before"/> only those of a lower number.</summary>
    Task<IReadOnlyList<ModelVersion>> ListAsync(string model, int limit, int? before, CancellationToken cancellationToken);

    /// <summary>Models that have a version which Slipway can serve, by name.</summary>
    Task<IReadOnlyList<ModelSummary>> ListModelsAsync(ModelQuery query, CancellationToken cancellationToken);

    /// <summary>How many models a query has on all its pages.</summary>
    Task<int> CountModelsAsync(ModelQuery query, CancellationToken cancellationToken);
}

/// <summary>Which models.</summary>
/// <param name="Limit">At most this many.</param>
/// <param name="Text">Only those whose name or description has this part; capital letters or small. All with null.</param>
/// <param name="After">Only those whose name comes after this one: the last of the page before.</param>
public sealed record ModelQuery(int Limit, string? Text = null, string? After = null)
{
    /// <summary>Leaves out this many of the first.</summary>
    public int Skip { get; init; }

    /// <summary>Only these models; any with null.</summary>
    public IReadOnlyCollection<string>? Among { get; init; }
}

/// <summary>A model in a list.</summary>
/// <param name="Model">Its name.</param>
/// <param name="Versions">How many versions it has.</param>
/// <param name="Newest">The newest of them.</param>
public sealed record ModelSummary(string Model, int Versions, ModelVersion Newest);

/// <summary>What to register.</summary>
/// <param name="Model">The model's name.</param>
/// <param name="ArtifactDigest">An artifact that the artifact store holds.</param>
/// <param name="Format">The kind of artifact.</param>
/// <param name="Signature">Its contract.</param>
/// <param name="Metrics">Metrics on held-out rows.</param>
/// <param name="Lineage">Where it came from.</param>
public sealed record NewModelVersion(
    string Model,
    string ArtifactDigest,
    string Format,
    ModelSignature Signature,
    IReadOnlyDictionary<string, double> Metrics,
    Lineage Lineage)
{
    /// <summary>What its author says of the change: the version gets at least this one, where a lower one would be proposed. It cannot be lowered, since callers rely on what a proposal says.</summary>
    public SemanticVersion? AtLeast { get; init; }
}

/// <summary>A version, and whether it is new.</summary>
public sealed record RegisterResult(ModelVersion Version, bool Created);
