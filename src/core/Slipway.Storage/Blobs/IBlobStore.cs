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
}

/// <summary>One stored blob.</summary>
/// <param name="Digest">SHA-256 of the content, 64 lower-case hexadecimal digits.</param>
/// <param name="Size">Bytes.</param>
public sealed record Blob(string Digest, long Size);
