using Slipway.Core.Errors;
using Slipway.Core.Text;

namespace Slipway.Tracking.Artifacts;

/// <summary>What a path names.</summary>
/// <param name="Path">The whole path.</param>
/// <param name="Digest">The blob with its content.</param>
/// <param name="Size">Bytes.</param>
/// <param name="StoredAt">When, in milliseconds since 1970.</param>
internal sealed record StoredArtifact(string Path, string Digest, long Size, long StoredAt)
{
    public static SlipwayException NotFound(string path) => new(ErrorKind.NotFound, $"No such artifact: '{Excerpt.Of(path, 120)}'.");
}

/// <summary>One line of a folder.</summary>
/// <param name="Path">The whole path.</param>
/// <param name="Size">Bytes of a file; null for a folder.</param>
internal readonly record struct ArtifactEntry(string Path, long? Size);
