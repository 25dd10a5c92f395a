using System.Text.Json;
using Slipway.Access;
using Slipway.Core;
using Slipway.Core.Names;
using Slipway.Storage.Events;

namespace Slipway.Registry;

/// <summary>A version was registered.</summary>
/// <param name="Version">Which.</param>
/// <param name="Number">MLflow's number.</param>
/// <param name="ArtifactDigest">What it is.</param>
/// <param name="Why">Why it has this semantic version.</param>
/// <param name="Metrics">Metrics on held-out rows.</param>
/// <param name="Lineage">Where it came from.</param>
/// <param name="Actor">Who registered it.</param>
public sealed record VersionRegistered(
    VersionReference Version, int Number, string ArtifactDigest, string Why, IReadOnlyDictionary<string, double> Metrics, Lineage Lineage, Actor Actor) : IEvent
{
    /// <inheritdoc/>
    public string Subject => VersionSubject.Of(Version);
}

/// <summary>A version passed its gates.</summary>
/// <param name="Version">Which.</param>
/// <param name="Evidence">The gates' results, as the validator gave them.</param>
/// <param name="Actor">Who validated it.</param>
public sealed record VersionValidated(VersionReference Version, JsonElement Evidence, Actor Actor) : IEvent
{
    /// <inheritdoc/>
    public string Subject => VersionSubject.Of(Version);
}

/// <summary>A version was allowed to be deployed: by this approval its model's policy is satisfied.</summary>
/// <param name="Version">Which.</param>
/// <param name="Reason">Why, in the words of whoever approved it.</param>
/// <param name="Actor">Who approved it.</param>
public sealed record VersionApproved(VersionReference Version, string? Reason, Actor Actor) : IEvent
{
    /// <summary>What the actor was; null for a rule of Slipway's own.</summary>
    public Role? Role { get; init; }

    /// <summary>False where authentication was off: anybody at the machine may have been the actor.</summary>
    public bool Authenticated { get; init; }

    /// <inheritdoc/>
    public string Subject => VersionSubject.Of(Version);
}

/// <summary>A version must not be used.</summary>
/// <param name="Version">Which.</param>
/// <param name="Before">What it was until then.</param>
/// <param name="Reason">Why, in the words of whoever rejected it.</param>
/// <param name="Actor">Who rejected it.</param>
public sealed record VersionRejected(VersionReference Version, VersionState Before, string? Reason, Actor Actor) : IEvent
{
    /// <inheritdoc/>
    public string Subject => VersionSubject.Of(Version);
}

/// <summary>A version was deleted.</summary>
/// <param name="Version">Which.</param>
/// <param name="Before">What it was until then.</param>
/// <param name="ArtifactDigest">What its artifact was.</param>
/// <param name="Reason">Why, in the words of whoever deleted it.</param>
/// <param name="Actor">Who deleted it.</param>
public sealed record VersionDeleted(VersionReference Version, VersionState Before, string ArtifactDigest, string? Reason, Actor Actor) : IEvent
{
    /// <inheritdoc/>
    public string Subject => VersionSubject.Of(Version);
}

/// <summary>How the event log names a version.</summary>
internal static class VersionSubject
{
    public static string Of(VersionReference version) => $"model/{version}";
}
