using System.Text.Json.Serialization;
using Slipway.Core.Errors;
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

    /// <summary>MLflow's number: 1, 2, 3 … per model, with gaps where MLflow's clients registered something that Slipway cannot serve.</summary>
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

    /// <summary>Why it has this version: "first version", "patch: same recipe, data to 2012-06-30".</summary>
    public required string VersionReason { get; init; }

    /// <summary>When it was registered (UTC).</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Who registered it.</summary>
    public required string CreatedBy { get; init; }

    /// <summary>What was decided about it.</summary>
    public VersionState State { get; init; } = VersionState.Draft;

    /// <summary>The version as people write it.</summary>
    [JsonIgnore]
    public VersionReference Reference => new(Model, Version);

    /// <summary>The gates passed. What was validated or approved already stays what it is: validating again takes no approval away.</summary>
    public ModelVersion Validate() => State switch
    {
        VersionState.Draft => this with { State = VersionState.Validated },
        VersionState.Validated or VersionState.Approved => this,
        _ => throw NoWayBack("validated"),
    };

    /// <summary>Somebody, or the project's policy, allows it to be deployed.</summary>
    public ModelVersion Approve() => State switch
    {
        VersionState.Validated => this with { State = VersionState.Approved },
        VersionState.Approved => this,
        VersionState.Draft => throw new SlipwayException(
            ErrorKind.Conflict, $"{Reference} is a draft and has not passed validation. Run its project's gates with `slipway apply` first."),
        _ => throw NoWayBack("approved"),
    };

    /// <summary>It must not be used. That can be found out at any time, so every state but the last leads here.</summary>
    public ModelVersion Reject() => State switch
    {
        VersionState.Rejected => this,
        VersionState.Deleted => throw NoWayBack("rejected"),
        _ => this with { State = VersionState.Rejected },
    };

    /// <summary>It should no longer be used. A rejected version stays rejected, which says more.</summary>
    public ModelVersion Deprecate() => State switch
    {
        VersionState.Deprecated => this,
        VersionState.Rejected or VersionState.Deleted => throw NoWayBack("deprecated"),
        _ => this with { State = VersionState.Deprecated },
    };

    // A deprecated version's artifact may be deleted already, and a rejected one was judged: whoever disagrees makes another version, so that history keeps both decisions.
    private SlipwayException NoWayBack(string wanted) => new(
        ErrorKind.Conflict, $"{Reference} is {State.ToString().ToLowerInvariant()} and cannot be {wanted}. Register another version and use that.");
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

    /// <summary>It is only history: its artifact is named by it no longer.</summary>
    Deleted,
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
    string? RunId)
{
    /// <summary>The day of the newest row (UTC, <c>2012-06-30</c>), where the dataset has an event time; else null.</summary>
    public string? DataTo { get; init; }
}
