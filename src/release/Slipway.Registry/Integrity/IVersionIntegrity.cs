using Slipway.Core;
using Slipway.Core.Errors;
using Slipway.Core.Names;

namespace Slipway.Registry.Integrity;

/// <summary>Whether versions still are what was registered, byte for byte.</summary>
public interface IVersionIntegrity
{
    /// <summary>
    /// Reads a version's artifact again, file by file, and compares it with its digest. That it was changed, and that it is right again, are events, each once; a changed one is logged as an error.
    /// </summary>
    /// <exception cref="SlipwayException"><see cref="ErrorKind.NotFound"/>: there is no such version.</exception>
    Task<VersionCondition> VerifyAsync(VersionReference version, Actor actor, CancellationToken cancellationToken);
}

/// <summary>How a version's artifact is.</summary>
/// <param name="Version">Which.</param>
/// <param name="ArtifactDigest">What it should be.</param>
/// <param name="Damages">What is wrong, such as <c>model.txt was changed</c>; nothing when it is what was registered.</param>
public sealed record VersionCondition(VersionReference Version, string ArtifactDigest, IReadOnlyList<string> Damages)
{
    /// <summary>True when it is what was registered.</summary>
    public bool IsIntact => Damages.Count == 0;

    /// <summary>What there is to say to people about a damaged one.</summary>
    public string Sentence() =>
        $"{Version} is not what was registered: {string.Join("; ", Damages)}. It is not loaded any more. Restore blobs/ of the data folder from a backup, or deploy another version.";
}
