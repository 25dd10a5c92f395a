using Slipway.Core.Names;
using Slipway.Inference;

namespace Slipway.Registry;

/// <summary>One immutable artifact of a model. The artifact never changes; only what people decided about it does.</summary>
public sealed record ModelVersion
{
    /// <summary>The model's name.</summary>
    public required string Model { get; init; }

    /// <summary>The semantic version.</summary>
    public required SemanticVersion Version { get; init; }

    /// <summary>MLflow's number: 1, 2, 3 … per model.</summary>
    public required int Number { get; init; }

    /// <summary>The digest of the artifact's manifest.</summary>
    public required string ArtifactDigest { get; init; }

    /// <summary>The kind of artifact: <c>lightgbm</c>, <c>onnx</c>.</summary>
    public required string Format { get; init; }

    /// <summary>The contract with callers.</summary>
    public required ModelSignature Signature { get; init; }

    /// <summary>Metrics on held-out rows.</summary>
    public required IReadOnlyDictionary<string, double> Metrics { get; init; }

    /// <summary>Where it came from.</summary>
    public required Lineage Lineage { get; init; }

    /// <summary>Why it has this version: "first version", "patch: same recipe, other data".</summary>
    public required string VersionReason { get; init; }

    /// <summary>When it was registered (UTC).</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Who registered it.</summary>
    public required string CreatedBy { get; init; }

    /// <summary>What was decided about it.</summary>
    public VersionState State { get; init; } = VersionState.Draft;

    /// <summary>The version as people write it.</summary>
    public VersionReference Reference => new(Model, Version);
}

/// <summary>What was decided about a version. Where it runs is not a state: that follows from the deployments' history.</summary>
public enum VersionState
{
    /// <summary>Registered, not judged.</summary>
    Draft,

    /// <summary>Its gates passed.</summary>
    Validated,

    /// <summary>It may be deployed.</summary>
    Approved,

    /// <summary>It should no longer be used; retention may delete its artifact.</summary>
    Deprecated,

    /// <summary>It must not be used.</summary>
    Rejected,
}

/// <summary>Where a version came from.</summary>
/// <param name="Dataset">The dataset's name, or null for an artifact that came from outside.</param>
/// <param name="DatasetDigest">The snapshot's digest, or null.</param>
/// <param name="Recipe">Algorithm, parameters, seed, threads: what determines the model besides the data.</param>
/// <param name="Commit">The code's git commit, with <c>+dirty</c> when there were changes; null outside a repository.</param>
/// <param name="RunId">The training, or null.</param>
public sealed record Lineage(
    string? Dataset,
    string? DatasetDigest,
    IReadOnlyDictionary<string, string> Recipe,
    string? Commit,
    string? RunId);
