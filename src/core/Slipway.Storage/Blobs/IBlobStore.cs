namespace Slipway.Storage.Blobs;

/// <summary>
/// Content-addressed, immutable blobs. A digest is the SHA-256 of the content in 64 lower-case hexadecimal digits. Writing the same content twice
/// keeps one copy. A partly written blob is never visible.
/// </summary>
public interface IBlobStore
{
    /// <summary>Streams <paramref name="content"/> in, hashing as it writes; durable when it returns.</summary>
    Task<Blob> PutAsync(Stream content, CancellationToken cancellationToken);

    /// <summary>True when the blob is there.</summary>
    Task<bool> ExistsAsync(string digest, CancellationToken cancellationToken);

    /// <summary>
    /// Opens a blob. The stream verifies as it is read: reaching the end of content that does not match the digest throws
    /// <see cref="Core.Errors.SlipwayException"/>. A blob that is not there is <see cref="Core.Errors.ErrorKind.NotFound"/>.
    /// </summary>
    Task<Stream> OpenAsync(string digest, CancellationToken cancellationToken);

    /// <summary>A path on this machine where the verified content can be read (by DuckDB, ONNX Runtime …). Never write to it.</summary>
    Task<string> GetFileAsync(string digest, CancellationToken cancellationToken);

    /// <summary>Reads a blob again, whatever was found of it before, and answers how it is.</summary>
    Task<BlobCondition> VerifyAsync(string digest, CancellationToken cancellationToken);

    /// <summary>
    /// Says that a blob is about to be named, as <see cref="PutAsync"/> does by itself: no <see cref="IBlobPurge"/> takes it within the next hour. False when it is not there. Whoever names a
    /// blob that somebody else stored calls this first.
    /// </summary>
    Task<bool> KeepAsync(string digest, CancellationToken cancellationToken);

    /// <summary>The blobs whose digests begin with <paramref name="prefix"/>, two hexadecimal digits.</summary>
    Task<IReadOnlyList<StoredBlob>> ListAsync(string prefix, CancellationToken cancellationToken);

    /// <summary>Deletes a blob, unless it was stored or kept at <paramref name="before"/> or later: then, and where there is none, false. Only a purge may.</summary>
    Task<bool> TryDeleteAsync(string digest, DateTimeOffset before, CancellationToken cancellationToken);
}

/// <summary>One stored blob.</summary>
/// <param name="Digest">SHA-256 of the content, 64 lower-case hexadecimal digits.</param>
/// <param name="Size">Bytes.</param>
public sealed record Blob(string Digest, long Size);

/// <summary>A blob as a purge sees it.</summary>
/// <param name="Digest">SHA-256 of the content.</param>
/// <param name="Size">Bytes.</param>
/// <param name="NeededAt">When it was last stored or kept.</param>
public sealed record StoredBlob(string Digest, long Size, DateTimeOffset NeededAt);

/// <summary>How a blob is.</summary>
public enum BlobCondition
{
    /// <summary>Its content is what its digest says.</summary>
    Intact,

    /// <summary>Somebody, or a failing disk, has changed it.</summary>
    Damaged,

    /// <summary>It is not there.</summary>
    Missing,
}
