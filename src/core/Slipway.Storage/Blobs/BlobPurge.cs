using System.Globalization;
using System.Text.RegularExpressions;
using Dapper;
using Slipway.Core.Errors;

namespace Slipway.Storage.Blobs;

/// <summary>
/// Walks the blobs in the order of their digests and asks every column that names blobs. What is too young to be taken is decided by the moment at which the walk began, before anything was
/// asked: a blob that is named later than it was asked for was stored or kept after that moment.
/// </summary>
internal sealed partial class BlobPurge(IBlobStore blobs, ArtifactStore artifacts, Database database, IEnumerable<BlobColumn> columns, TimeProvider time) : IBlobPurge
{
    /// <summary>How long a blob that was stored or asked for is left alone.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromHours(1);

    // SQLite takes 32 766 parameters and PostgreSQL 65 535; fewer keep a question short.
    private const int Together = 500;

    private readonly BlobColumn[] _columns = [.. columns.Where(column => column.Use != BlobUse.None).Distinct()];

    public async Task<PurgedBlobs> DeleteAsync(CancellationToken cancellationToken)
    {
        var purged = await WalkAsync(delete: true, "", new Dictionary<string, long>(), cancellationToken);
        await artifacts.RemoveAbandonedAsync(cancellationToken);
        return purged;
    }

    public Task<PurgedBlobs> PlanAsync(string table, IReadOnlyDictionary<string, long> released, CancellationToken cancellationToken) =>
        WalkAsync(delete: false, table, released, cancellationToken);

    private async Task<PurgedBlobs> WalkAsync(bool delete, string table, IReadOnlyDictionary<string, long> released, CancellationToken cancellationToken)
    {
        var before = time.GetUtcNow() - Grace;
        var held = await ReadHeldAsync(cancellationToken);
        var (count, bytes, recentCount, recentBytes) = (0L, 0L, 0L, 0L);
        for (var shard = 0; shard < 256; shard++)
        {
            foreach (var chunk in (await blobs.ListAsync(shard.ToString("x2", CultureInfo.InvariantCulture), cancellationToken)).Chunk(Together))
            {
                var named = await NamedAsync([.. chunk.Select(blob => blob.Digest)], table, released, cancellationToken);
                foreach (var blob in chunk.Where(blob => !named.Contains(blob.Digest) && !held.Contains(blob.Digest)))
                {
                    if (blob.NeededAt < before && (!delete || await blobs.TryDeleteAsync(blob.Digest, before, cancellationToken)))
                    {
                        (count, bytes) = (count + 1, bytes + blob.Size);
                    }
                    else
                    {
                        (recentCount, recentBytes) = (recentCount + 1, recentBytes + blob.Size);
                    }
                }
            }
        }

        return new PurgedBlobs(count, bytes, recentCount, recentBytes);
    }

    /// <summary>What artifacts and texts name. There are few of them beside the files that are uploaded, which stay in the database.</summary>
    private async Task<HashSet<string>> ReadHeldAsync(CancellationToken cancellationToken)
    {
        var held = new HashSet<string>(StringComparer.Ordinal);
        foreach (var column in _columns.Where(column => column.Use is BlobUse.Artifact or BlobUse.Text))
        {
            var sql = $"select distinct {column.Column} from {column.Table} where {column.Column} is not null and {column.Where}";
            foreach (var text in await database.ReadAsync(connection => connection.QueryAsync<string>(sql), cancellationToken))
            {
                foreach (Match digest in DigestInText().Matches(text))
                {
                    await HoldAsync(digest.Value, held, cancellationToken);
                }
            }
        }

        return held;
    }

    private async Task HoldAsync(string digest, HashSet<string> held, CancellationToken cancellationToken)
    {
        if (!held.Add(digest))
        {
            return;
        }

        try
        {
            held.UnionWith((await artifacts.GetAsync(digest, cancellationToken)).Files.Select(file => file.Digest));
        }
        catch (SlipwayException e) when (e.Kind == ErrorKind.NotFound)
        {
            // A text may name a blob that is no artifact. A manifest that is there and damaged, on the other hand, ends the purge: nobody knows which files it needs.
        }
    }

    private async Task<HashSet<string>> NamedAsync(string[] digests, string table, IReadOnlyDictionary<string, long> released, CancellationToken cancellationToken)
    {
        // One by one, since databases differ in how they take a list.
        var parameters = digests.Index().ToDictionary(digest => $"digest{digest.Index}", digest => (object)digest.Item);
        var list = string.Join(", ", parameters.Keys.Select(name => $"@{name}"));
        var named = new HashSet<string>(StringComparer.Ordinal);
        foreach (var column in _columns.Where(column => column.Use == BlobUse.Blob))
        {
            var sql = $"select {column.Column}, count(*) from {column.Table} where {column.Column} in ({list}) and {column.Where} group by {column.Column}";
            foreach (var (digest, rows) in await database.ReadAsync(connection => connection.QueryAsync<(string, long)>(sql, parameters), cancellationToken))
            {
                if (column.Table != table || rows > released.GetValueOrDefault(digest))
                {
                    named.Add(digest);
                }
            }
        }

        return named;
    }

    [GeneratedRegex("(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])", RegexOptions.CultureInvariant)]
    private static partial Regex DigestInText();
}
