using Slipway.Core;
using Slipway.Core.Errors;
using Slipway.Core.Names;

namespace Slipway.Registry.Deletion;

/// <summary>Deletes versions that nobody needs any more.</summary>
public interface IVersionDeletion
{
    /// <summary>
    /// Deletes a version: its artifact is named by it no longer, so the next <c>slipway gc</c> frees the files that nothing else needs. What was decided about it, its number and its place in the
    /// history stay for ever, and neither is given again; the same artifact may be registered as another version. Deleting it again changes nothing.
    /// </summary>
    /// <exception cref="SlipwayException">
    /// <see cref="ErrorKind.NotFound"/>: there is no such version. <see cref="ErrorKind.Conflict"/>: a deployment has it, would roll back to it, or had it within
    /// <see cref="RegistryOptions.KeepLive"/>; the sentence names where and until when.
    /// </exception>
    Task<ModelVersion> DeleteAsync(VersionReference version, Actor actor, string? reason, CancellationToken cancellationToken);
}
