namespace Slipway.Storage.Blobs;

/// <summary>
/// Folders of files kept as one immutable thing: a model with its side files. An artifact's digest is that of its manifest, a sorted list of
/// relative path, blob digest and size, so the same folder always has the same digest.
/// </summary>
public interface IArtifactStore
{
    /// <summary>Stores every file below <paramref name="folder"/>; links that leave the folder are refused.</summary>
    Task<Artifact> PutFolderAsync(string folder, CancellationToken cancellationToken);

    /// <summary>Reads the manifest; <see cref="Core.Errors.ErrorKind.NotFound"/> when there is none.</summary>
    Task<Artifact> GetAsync(string digest, CancellationToken cancellationToken);

    /// <summary>Reads the manifest and says that the artifact is about to be named: no purge takes it within the next hour. <see cref="Core.Errors.ErrorKind.NotFound"/> when it, or a file of it, is not there.</summary>
    Task<Artifact> KeepAsync(string digest, CancellationToken cancellationToken);

    /// <summary>A read-only folder on this machine with the artifact's verified files under their own names.</summary>
    Task<string> GetFolderAsync(string digest, CancellationToken cancellationToken);
}

/// <summary>An artifact's manifest.</summary>
/// <param name="Digest">SHA-256 of the manifest, 64 lower-case hexadecimal digits.</param>
/// <param name="Files">Its files, sorted by path (ordinal).</param>
public sealed record Artifact(string Digest, IReadOnlyList<ArtifactFile> Files)
{
    /// <summary>Bytes of all files together.</summary>
    public long Size => Files.Sum(f => f.Size);
}

/// <summary>One file of an artifact.</summary>
/// <param name="Path">Relative, with <c>/</c>; never <c>..</c>, never absolute.</param>
/// <param name="Digest">SHA-256 of the content.</param>
/// <param name="Size">Bytes.</param>
public sealed record ArtifactFile(string Path, string Digest, long Size);
