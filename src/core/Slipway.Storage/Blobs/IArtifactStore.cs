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

    /// <summary>Reads every file again and answers what is wrong with them; nothing when all are what the artifact's digest says.</summary>
    Task<IReadOnlyList<ArtifactDamage>> VerifyAsync(string digest, CancellationToken cancellationToken);

    /// <summary>
    /// A read-only folder on this machine with the artifact's files under their own names. Every call reads them all and compares them with their digests, except that callers at the same
    /// time share one reading: a model is loaded seldom, and what was right an hour ago may have been changed since.
    /// </summary>
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

/// <summary>What is wrong with a file of an artifact.</summary>
/// <param name="Path">The file's path in the artifact; null for the artifact's own list of files, without which none of them is known.</param>
/// <param name="Condition">Damaged or missing.</param>
public sealed record ArtifactDamage(string? Path, BlobCondition Condition)
{
    /// <summary><c>model.txt was changed</c>.</summary>
    public override string ToString() => $"{Path ?? "the list of its files"} {(Condition is BlobCondition.Missing ? "is missing" : "was changed")}";
}
