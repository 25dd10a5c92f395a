using System.Buffers;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using Slipway.Core.Errors;
using Slipway.Storage.Files;

namespace Slipway.Storage.Blobs;

/// <summary>
/// Blobs as files: <c>blobs/sha256/ab/cd…</c>. A blob is written under a temporary name on the same file system, fsynced, renamed, and the folder's names are fsynced:
/// after a power loss it is there whole or not at all. A file's time says when its content was last stored or kept.
/// </summary>
internal sealed class DiskBlobStore(DataFolder folder, TimeProvider time) : IBlobStore
{
    private const int BufferSize = 128 * 1024;

    private readonly string _root = folder.Of("blobs", "sha256");

    // What was found right in this run of the process, with the file's size and time: another time means that somebody wrote to it.
    private readonly ConcurrentDictionary<string, (long Size, DateTime Written)> _verified = new();

    // A purge looks at a file's time and deletes the file; nobody may find it there and count on it in between.
    private readonly Lock _deleting = new();

    public async Task<Blob> PutAsync(Stream content, CancellationToken cancellationToken)
    {
        var temporary = folder.NewWorkPath("blob");
        try
        {
            var blob = await WriteAsync(content, temporary, cancellationToken);
            await PublishAsync(temporary, blob, cancellationToken);
            return blob;
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    public Task<bool> ExistsAsync(string digest, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return Task.FromResult(File.Exists(PathOf(digest)));
    }

    public Task<Stream> OpenAsync(string digest, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var path = PathOf(digest);
        try
        {
            return Task.FromResult<Stream>(new VerifyingStream(OpenForReading(path), digest));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw NotFound(digest);
        }
    }

    public async Task<string> GetFileAsync(string digest, CancellationToken cancellationToken)
    {
        var path = PathOf(digest);
        return await IsIntactAsync(path, digest, cancellationToken) ? path : throw (File.Exists(path) ? Damaged(digest) : NotFound(digest));
    }

    public async Task<BlobCondition> VerifyAsync(string digest, CancellationToken cancellationToken)
    {
        var path = PathOf(digest);

        // A file's size and time can be put back by whoever changed it, so they are not asked here.
        _verified.TryRemove(digest, out _);
        return await IsIntactAsync(path, digest, cancellationToken) ? BlobCondition.Intact : File.Exists(path) ? BlobCondition.Damaged : BlobCondition.Missing;
    }

    public Task<bool> KeepAsync(string digest, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var path = PathOf(digest);
        lock (_deleting)
        {
            return Task.FromResult(DiskErrors.Guard(path, () => TryKeep(path, digest)));
        }
    }

    public Task<IReadOnlyList<StoredBlob>> ListAsync(string prefix, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var shard = new DirectoryInfo(Path.Combine(_root, prefix));
        return Task.FromResult<IReadOnlyList<StoredBlob>>(!shard.Exists
            ? []
            : [.. shard.EnumerateFiles().Where(file => Digest.IsValid(prefix + file.Name)).Select(file => new StoredBlob(prefix + file.Name, file.Length, file.LastWriteTimeUtc))]);
    }

    public Task<bool> TryDeleteAsync(string digest, DateTimeOffset before, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var file = new FileInfo(PathOf(digest));
        lock (_deleting)
        {
            if (!file.Exists || file.LastWriteTimeUtc >= before.UtcDateTime)
            {
                return Task.FromResult(false);
            }

            DiskErrors.Guard(file.FullName, () => PrivateFiles.DeleteReadOnly(file));
            _verified.TryRemove(digest, out _);
            return Task.FromResult(true);
        }
    }

    internal static FileStream OpenForReading(string path) => new(
        path,
        new FileStreamOptions { Mode = FileMode.Open, Access = FileAccess.Read, Share = FileShare.Read | FileShare.Delete, BufferSize = BufferSize, Options = FileOptions.SequentialScan });

    internal static SlipwayException Damaged(string digest) => new(
        ErrorKind.Failed, $"Blob {digest} is damaged: its content no longer matches its digest. Store the same content again, or restore the data folder from a backup.");

    private static SlipwayException NotFound(string digest) => new(ErrorKind.NotFound, $"There is no blob {digest}.");

    // Errors of reading are the caller's own and pass as they are; errors of writing are the disk's.
    private static async Task<Blob> WriteAsync(Stream content, string temporary, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            await using var file = DiskErrors.Guard(temporary, () => PrivateFiles.CreateFile(temporary));
            var size = 0L;
            while (await content.ReadAsync(buffer, cancellationToken) is > 0 and var read)
            {
                hash.AppendData(buffer.AsSpan(0, read));
                var position = size;
                DiskErrors.Guard(temporary, () => RandomAccess.Write(file.SafeFileHandle, buffer.AsSpan(0, read), position));
                size += read;
            }

            DiskErrors.Guard(temporary, () => RandomAccess.FlushToDisk(file.SafeFileHandle));
            return new Blob(Digest.Finish(hash), size);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private async Task PublishAsync(string temporary, Blob blob, CancellationToken cancellationToken)
    {
        var path = PathOf(blob.Digest);

        // One copy is kept, unless the one that is there is damaged: then the new one mends it.
        var isThere = await IsIntactAsync(path, blob.Digest, cancellationToken);
        DiskErrors.Guard(path, () =>
        {
            var parent = Path.GetDirectoryName(path)!;
            lock (_deleting)
            {
                isThere = isThere && TryKeep(path, blob.Digest);
            }

            if (!isThere)
            {
                File.SetLastWriteTimeUtc(temporary, time.GetUtcNow().UtcDateTime);
                PrivateFiles.MakeReadOnly(temporary);
                folder.CreateFolder("blobs", "sha256", Path.GetFileName(parent));

                // Also when the folder was there already: whoever created it may not have come to this line yet.
                Posix.SyncFolder(_root);
                lock (_deleting)
                {
                    File.Move(temporary, path, overwrite: true);
                }
            }

            // And for the same reason also when the blob was there.
            Posix.SyncFolder(parent);
        });

        Remember(path, blob.Digest);
    }

    /// <summary>True when the file is there and its content is right, which is read once in a run of the process.</summary>
    private async Task<bool> IsIntactAsync(string path, string digest, CancellationToken cancellationToken)
    {
        var file = new FileInfo(path);
        if (!file.Exists)
        {
            return false;
        }

        if (_verified.TryGetValue(digest, out var seen) && seen == (file.Length, file.LastWriteTimeUtc))
        {
            return true;
        }

        if (await Digest.OfFileAsync(path, cancellationToken) != digest)
        {
            return false;
        }

        _verified[digest] = (file.Length, file.LastWriteTimeUtc);
        return true;
    }

    private bool TryKeep(string path, string digest)
    {
        var file = new FileInfo(path);
        if (!file.Exists)
        {
            return false;
        }

        var isVerified = _verified.TryGetValue(digest, out var seen) && seen == (file.Length, file.LastWriteTimeUtc);
        file.LastWriteTimeUtc = time.GetUtcNow().UtcDateTime;
        if (isVerified)
        {
            Remember(path, digest);
        }

        return true;
    }

    private void Remember(string path, string digest)
    {
        var file = new FileInfo(path);
        _verified[digest] = (file.Length, file.LastWriteTimeUtc);
    }

    private string PathOf(string digest)
    {
        Digest.Check(digest);
        return Path.Combine(_root, digest[..2], digest[2..]);
    }
}
