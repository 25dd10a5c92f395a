using Slipway.Core;
using Slipway.Core.Names;
using Slipway.Storage.Events;

namespace Slipway.Registry.Integrity;

/// <summary>A version's artifact turned out not to be what was registered.</summary>
/// <param name="Version">Which.</param>
/// <param name="ArtifactDigest">What it should be.</param>
/// <param name="Damages">What is wrong with which file.</param>
/// <param name="Sentence">All of that for people, and what to do.</param>
/// <param name="Actor">Who looked.</param>
public sealed record ArtifactDamaged(VersionReference Version, string ArtifactDigest, IReadOnlyList<string> Damages, string Sentence, Actor Actor) : IEvent
{
    /// <inheritdoc/>
    public string Subject => VersionSubject.Of(Version);
}

/// <summary>A version's artifact that was damaged is what was registered again.</summary>
/// <param name="Version">Which.</param>
/// <param name="ArtifactDigest">What it is.</param>
/// <param name="Actor">Who looked.</param>
public sealed record ArtifactMended(VersionReference Version, string ArtifactDigest, Actor Actor) : IEvent
{
    /// <inheritdoc/>
    public string Subject => VersionSubject.Of(Version);
}
