using System.Text.Json;
using Dapper;
using Slipway.Core;
using Slipway.Datasets.Sources;
using Slipway.Storage;
using Slipway.Storage.Sql;

namespace Slipway.Datasets;

/// <summary>Reads and writes the <c>dataset_versions</c> table. Holds no rules.</summary>
internal sealed class DatasetVersionStore(Database database)
{
    private const string Columns = "name, digest, row_count, profile, sql_text, time_column, label_column, created_at";

    /// <summary>
    /// Saves a version with its files and its event, or none of them. One that is there already stays as it is; when it is now used with other SQL, time or label column, or comes of other files, these
    /// and an event are saved. Two savers of the same version end as one: the second sees the first.
    /// </summary>
    public Task<SnapshotResult> SaveAsync(DatasetVersion version, IReadOnlyList<SourceFile> files, Actor actor, CancellationToken cancellationToken)
    {
        const string Find = $"select {Columns} from dataset_versions where name = @name and digest = @digest";
        const string Insert = $"""
            insert into dataset_versions ({Columns}, position)
            values (@name, @digest, @rows, @profile, @sql, @time, @label, @createdAt, @position)
            """;
        const string Update = """
            update dataset_versions set sql_text = @sql, time_column = @time, label_column = @label
            where name = @name and digest = @digest
            """;

        var happened = new DatasetSnapshotted(version.Name, version.Digest, version.Rows, version.Sql, version.Time, version.Label, actor) { Files = files };
        return database.WriteAsync(async transaction =>
        {
            var row = await transaction.QuerySingleOrDefaultAsync<Row>(Find, new { name = version.Name, digest = version.Digest });
            if (row is null)
            {
                var position = await transaction.AppendAsync(happened);
                await transaction.ExecuteAsync(Insert, Parameters(version, position));
                await SourceFileStore.AddAsync(transaction, version.Name, version.Digest, files);
                return new SnapshotResult(version, Created: true);
            }

            var existing = row.ToVersion();
            var asked = existing with { Sql = version.Sql, Time = version.Time, Label = version.Label };
            if (asked != existing)
            {
                await transaction.ExecuteAsync(Update, new { name = version.Name, digest = version.Digest, sql = version.Sql, time = version.Time, label = version.Label });
            }

            if (await SourceFileStore.AddAsync(transaction, version.Name, version.Digest, files) || asked != existing)
            {
                await transaction.AppendAsync(happened);
            }

            return new SnapshotResult(asked, Created: false);
        }, cancellationToken);
    }

    /// <summary>One version, or null.</summary>
    public async Task<DatasetVersion?> FindAsync(string name, string digest, CancellationToken cancellationToken)
    {
        const string Sql = $"select {Columns} from dataset_versions where name = @name and digest = @digest";
        var row = await database.ReadAsync(connection => connection.QuerySingleOrDefaultAsync<Row>(Sql, new { name, digest }), cancellationToken);
        return row?.ToVersion();
    }

    /// <summary>The versions of a name, newest first.</summary>
    public async Task<IReadOnlyList<DatasetVersion>> ListAsync(string name, CancellationToken cancellationToken)
    {
        const string Sql = $"select {Columns} from dataset_versions where name = @name order by position desc";
        var rows = await database.ReadAsync(connection => connection.QueryAsync<Row>(Sql, new { name }), cancellationToken);
        return [.. rows.Select(r => r.ToVersion())];
    }

    /// <summary>What is known of some versions but their profiles, which are long; those that are not there are left out.</summary>
    public Task<IReadOnlyList<DatasetSummaryRow>> SummariseAsync(IReadOnlyList<string> digests, int limit, CancellationToken cancellationToken)
    {
        var (list, parameters) = SqlList.OfTexts(digests, ("limit", limit));
        return SummariseAsync($"digest in {list} order by name, digest", parameters, cancellationToken);
    }

    /// <summary>The same of the newest versions of a name.</summary>
    public Task<IReadOnlyList<DatasetSummaryRow>> SummariseAsync(string name, int limit, CancellationToken cancellationToken) =>
        SummariseAsync("name = @name order by position desc", new Dictionary<string, object> { ["name"] = name, ["limit"] = limit }, cancellationToken);

    // Dapper would keep a text for each number of digests.
    private Task<IReadOnlyList<DatasetSummaryRow>> SummariseAsync(string condition, Dictionary<string, object> parameters, CancellationToken cancellationToken)
    {
        var sql = $"select name, digest, row_count, sql_text, created_at from dataset_versions where {condition} limit @limit";
        var command = new CommandDefinition(sql, parameters, flags: CommandFlags.Buffered | CommandFlags.NoCache, cancellationToken: cancellationToken);
        return database.ReadAsync<IReadOnlyList<DatasetSummaryRow>>(
            async connection => [.. (await connection.QueryAsync<(string Name, string Digest, long Rows, string Sql, string CreatedAt)>(command))
                .Select(row => new DatasetSummaryRow(row.Name, row.Digest, row.Rows, row.Sql, StoredTime.Parse(row.CreatedAt)))],
            cancellationToken);
    }

    private static object Parameters(DatasetVersion version, long position) => new
    {
        name = version.Name,
        digest = version.Digest,
        rows = version.Rows,
        profile = JsonSerializer.Serialize(version.Columns, SlipwayJson.Options),
        sql = version.Sql,
        time = version.Time,
        label = version.Label,
        createdAt = StoredTime.Format(version.CreatedAt),
        position,
    };

    // Dapper matches constructor parameters to the columns by name.
    private sealed record Row(string name, string digest, long row_count, string profile, string sql_text, string? time_column, string? label_column, string created_at)
    {
        public DatasetVersion ToVersion() => new()
        {
            Name = name,
            Digest = digest,
            Rows = row_count,
            Columns = JsonSerializer.Deserialize<List<ColumnProfile>>(profile, SlipwayJson.Options)!,
            Sql = sql_text,
            Time = time_column,
            Label = label_column,
            CreatedAt = StoredTime.Parse(created_at),
        };
    }
}

/// <summary>A dataset version without its profile.</summary>
internal sealed record DatasetSummaryRow(string Name, string Digest, long Rows, string Sql, DateTimeOffset CreatedAt);
