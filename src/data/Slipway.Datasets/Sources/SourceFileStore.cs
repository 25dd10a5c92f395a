using Dapper;
using Slipway.Storage;
using Slipway.Storage.Sql;

namespace Slipway.Datasets.Sources;

/// <summary>Reads and writes the <c>dataset_sources</c> table: the files that dataset versions were made from. Rows of one version may come of different files: packed again, the same rows are other bytes.</summary>
internal sealed class SourceFileStore(Database database)
{
    private const string Columns = "name, digest, path, file_digest, size";

    /// <summary>Adds what is not known yet in <paramref name="transaction"/>; true where there was something.</summary>
    public static async Task<bool> AddAsync(WriteTransaction transaction, string name, string digest, IReadOnlyList<SourceFile> files)
    {
        const string Sql = $"insert into dataset_sources ({Columns}) values (@name, @digest, @path, @file_digest, @size) on conflict do nothing";

        var added = 0;
        foreach (var file in files)
        {
            added += await transaction.ExecuteAsync(Sql, new { name, digest, path = file.Path, file_digest = file.Digest, size = file.Size });
        }

        return added > 0;
    }

    /// <summary>The files of some dataset versions, by the version and the path.</summary>
    public Task<IReadOnlyList<DatasetSource>> ListAsync(IReadOnlyList<(string Name, string Digest)> versions, int limit, CancellationToken cancellationToken)
    {
        var digests = versions.Select(version => version.Digest).Distinct().ToList();
        return QueryAsync("digest in {0} order by name, digest, path", digests, limit, cancellationToken);
    }

    /// <summary>The dataset versions that were made from some contents.</summary>
    public Task<IReadOnlyList<DatasetSource>> ListOfAsync(IReadOnlyList<string> fileDigests, int limit, CancellationToken cancellationToken) =>
        QueryAsync("file_digest in {0} order by name, digest, path", fileDigests, limit, cancellationToken);

    /// <summary>The contents that a path has had, in any project.</summary>
    public Task<IReadOnlyList<DatasetSource>> FindAsync(string path, int limit, CancellationToken cancellationToken) =>
        QueryAsync("path in {0} order by path, file_digest", [path], limit, cancellationToken);

    // Dapper would keep a text for each number of digests.
    private Task<IReadOnlyList<DatasetSource>> QueryAsync(string condition, IReadOnlyList<string> values, int limit, CancellationToken cancellationToken)
    {
        var (list, parameters) = SqlList.OfTexts(values, ("limit", limit));
        var sql = $"select {Columns} from dataset_sources where {string.Format(System.Globalization.CultureInfo.InvariantCulture, condition, list)} limit @limit";
        var command = new CommandDefinition(sql, parameters, flags: CommandFlags.Buffered | CommandFlags.NoCache, cancellationToken: cancellationToken);
        return database.ReadAsync<IReadOnlyList<DatasetSource>>(
            async connection => [.. (await connection.QueryAsync<(string Name, string Digest, string Path, string FileDigest, long Size)>(command))
                .Select(row => new DatasetSource(row.Name, row.Digest, new SourceFile(row.Path, row.FileDigest, row.Size)))],
            cancellationToken);
    }
}

/// <summary>A file of a dataset version.</summary>
internal sealed record DatasetSource(string Name, string Digest, SourceFile File);
