using System.Buffers;
using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using Slipway.Core.Errors;
using Slipway.Storage;
using Slipway.Storage.Files;

namespace Slipway.Tracking.Artifacts;

/// <summary>One upload in parts. Safe for parts that come at once; a part that comes again takes the place of the one before.</summary>
internal sealed class MultipartUpload(string id, string path, int parts, WorkFolder folder, TimeProvider time) : IDisposable
{
    /// <summary>The most parts, as S3 has it, whose protocol this is.</summary>
    public const int MostParts = 10_000;

    private const int BufferSize = 128 * 1024;

    private readonly ConcurrentDictionary<int, string> _digests = new();
    private long _lastUsed = time.GetUtcNow().UtcTicks;

    public string Id => id;

    public string Path => path;

    public int Parts => parts;

    public DateTimeOffset LastUsed => new(Interlocked.Read(ref _lastUsed), TimeSpan.Zero);

    /// <summary>Keeps a part and answers with its digest, by which the client names it at the end.</summary>
    public async Task<string> PutAsync(int number, Stream content, CancellationToken cancellationToken)
    {
        if (number < 1 || number > parts)
        {
            throw Invalid(number, string.Create(CultureInfo.InvariantCulture, $"the upload has parts 1 to {parts}"));
        }

        Touch();
        var temporary = System.IO.Path.Combine(folder.Path, Guid.NewGuid().ToString("N"));
        try
        {
            var digest = await WriteAsync(temporary, content, cancellationToken);
            File.Move(temporary, FileOf(number), overwrite: true);
            _digests[number] = digest;
            Touch();
            return digest;
        }
        catch (DirectoryNotFoundException e)
        {
            throw new SlipwayException(ErrorKind.NotFound, $"The upload '{id}' was completed or aborted meanwhile.", e);
        }
        catch (IOException e) when (DiskErrors.IsFull(e))
        {
            throw new SlipwayException(ErrorKind.Unavailable, "The disk is full. Nothing was kept of this part; free some space and try again.", e);
        }
        finally
        {
            if (Directory.Exists(folder.Path))
            {
                File.Delete(temporary);
            }
        }
    }

    /// <summary>The whole content: the named parts by their numbers. A part that is missing, or was another when its digest was told, is refused.</summary>
    public Stream Open(IReadOnlyList<(int Number, string? Digest)> named)
    {
        if (named.Count == 0)
        {
            throw new SlipwayException(ErrorKind.InvalidInput, "Missing value for required parameter 'parts': name the parts that the upload consists of.");
        }

        var last = 0;
        foreach (var (number, digest) in named)
        {
            if (number <= last)
            {
                throw Invalid(number, "parts are named once each, by rising numbers");
            }

            last = number;
            if (!_digests.TryGetValue(number, out var has))
            {
                throw Invalid(number, "it was not uploaded");
            }

            if (!string.IsNullOrEmpty(digest) && digest.Trim('"') != has)
            {
                throw Invalid(number, "what was uploaded last under that number has another ETag");
            }
        }

        return new PartsStream([.. named.Select(part => FileOf(part.Number))]);
    }

    public void Dispose() => folder.Dispose();

    private static SlipwayException Invalid(int number, string rule) => new(ErrorKind.InvalidInput, string.Create(CultureInfo.InvariantCulture, $"Invalid part {number}: {rule}."));

    private static async Task<string> WriteAsync(string file, Stream content, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            await using var target = PrivateFiles.CreateFile(file);
            while (await content.ReadAsync(buffer, cancellationToken) is > 0 and var read)
            {
                hash.AppendData(buffer.AsSpan(0, read));
                await target.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
            }

            return Convert.ToHexStringLower(hash.GetHashAndReset());
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private void Touch() => Interlocked.Exchange(ref _lastUsed, time.GetUtcNow().UtcTicks);

    private string FileOf(int number) => System.IO.Path.Combine(folder.Path, string.Create(CultureInfo.InvariantCulture, $"part-{number}"));
}
