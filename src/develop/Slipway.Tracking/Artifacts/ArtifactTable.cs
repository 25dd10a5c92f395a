using System.Runtime.CompilerServices;
using Dapper;
using Slipway.Core.Errors;
using Slipway.Core.Text;
using Slipway.Storage;
using Slipway.Storage.Blobs;

namespace Slipway.Tracking.Artifacts;

/// <summary>Reads and writes the <c>artifacts</c> table.</summary>
internal sealed class ArtifactTable(Database database, TimeProvider time, KeptFolders kept)
{
    public const string Name = "artifacts";

    private const int Batch = 1000;

    // The next character after '/', and one that sorts before all that a path may hold: a folder's content lies between folder + '/' and folder + AfterSlash.
    private const char AfterSlash = '0';
    private const char Least = '\u0001';
    private const string Greatest = "\U0010FFFF";

    public Task<StoredArtifact?> FindAsync(string path, CancellationToken cancellationToken)
    {
        const string Sql = "select path, digest, size, stored_at as StoredAt from artifacts where path = @path";

        return kept.Has(path) ? kept.FindAsync(path, cancellationToken) : database.ReadAsync(connection => connection.QuerySingleOrDefaultAsync<StoredArtifact?>(Sql, new { path }), cancellationToken);
    }

    /// <summary>
    /// Lets a path name a blob from now on. Of two that write one path the last to commit wins; a path is a file or a folder, never both.
    /// </summary>
    public async Task PutAsync(WriteTransaction transaction, string path, Blob blob)
    {
        const string Inside = "select path from artifacts where path > @from and path < @to limit 1";
        const string Sql = """
            insert into artifacts (path, digest, size, stored_at) values (@path, @Digest, @Size, @now)
            on conflict (path) do update set digest = excluded.digest, size = excluded.size, stored_at = excluded.stored_at
            """;

        kept.DemandOurs(path);
        if (await transaction.QuerySingleOrDefaultAsync<string>(Inside, new { from = $"{path}/", to = path + AfterSlash }) is not null)
        {
            throw new SlipwayException(ErrorKind.Conflict, $"The artifact path '{Excerpt.Of(path, 120)}' is a folder. Store the file under another name, or delete the folder first.");
        }

        var above = new SqlParameters();
        if (await transaction.QuerySingleOrDefaultAsync<string>($"select path from artifacts where path in {above.AddList(ArtifactPath.Ancestors(path))} limit 1", above.Values) is { } file)
        {
            throw new SlipwayException(ErrorKind.Conflict, $"The artifact '{Excerpt.Of(file, 120)}' is a file, so nothing can be stored below it. Use another folder, or delete the file first.");
        }

        await transaction.ExecuteAsync(Sql, new { path, blob.Digest, blob.Size, now = time.GetUtcNow().ToUnixTimeMilliseconds() });
    }

    /// <summary>Deletes a file, or a folder with all in it. What is not there is no error: the caller has what it wants.</summary>
    public Task<int> DeleteAsync(WriteTransaction transaction, string path)
    {
        const string Sql = "delete from artifacts where path = @path or (path > @from and path < @to)";

        kept.DemandOurs(path);
        return transaction.ExecuteAsync(Sql, new { path, from = $"{path}/", to = path + AfterSlash });
    }

    /// <summary>What lies in a folder. Each folder in it is one line and one jump of the index, however much it holds.</summary>
    public async IAsyncEnumerable<ArtifactEntry> ListAsync(string folder, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        const string Sql = "select path, size from artifacts where path >= @from and path < @to order by path limit @Batch";

        foreach (var entry in await kept.ListAsync(folder, cancellationToken))
        {
            yield return entry;
        }

        var prefix = folder.Length == 0 ? "" : $"{folder}/";
        var to = folder.Length == 0 ? Greatest : folder + AfterSlash;
        var from = prefix + Least;
        string? inner = null;
        while (true)
        {
            var rows = await database.ReadAsync(async connection => (await connection.QueryAsync<(string Path, long Size)>(Sql, new { from, to, Batch })).AsList(), cancellationToken);
            foreach (var (path, size) in rows)
            {
                var slash = path.IndexOf('/', prefix.Length);
                if (slash < 0)
                {
                    yield return new ArtifactEntry(path, size);
                }
                else if (inner is null || slash != inner.Length || !path.StartsWith(inner, StringComparison.Ordinal))
                {
                    inner = path[..slash];
                    yield return new ArtifactEntry(inner, null);
                }
            }

            if (rows.Count < Batch)
            {
                yield break;
            }

            var last = rows[^1].Path;
            from = last.IndexOf('/', prefix.Length) >= 0 ? inner + AfterSlash : last + Least;
        }
    }
}
