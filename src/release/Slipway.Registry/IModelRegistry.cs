using Slipway.Core;
using Slipway.Core.Errors;
using Slipway.Core.Names;
using Slipway.Inference;

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

    /// <summary>A model's versions, newest first; all models' with null.</summary>
    Task<IReadOnlyList<ModelVersion>> ListAsync(string? model, CancellationToken cancellationToken);
}

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
    Lineage Lineage);

/// <summary>A version, and whether it is new.</summary>
public sealed record RegisterResult(ModelVersion Version, bool Created);
