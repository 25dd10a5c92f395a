using System.Text.Json;
using Dapper;
using Slipway.Core;
using Slipway.Core.Lineages;
using Slipway.Core.Names;
using Slipway.Storage;
using Slipway.Storage.Sql;

namespace Slipway.Registry.Lineages;

/// <summary>Reads and writes the <c>version_origins</c> table, and reads of <c>model_versions</c> what lineage needs, of many versions at once.</summary>
internal sealed class VersionOriginStore(Database database)
{
    private const string Columns = "m.model, m.number, m.version, m.artifact_digest, m.lineage, m.version_reason, m.created_at, m.created_by, m.state";

    /// <summary>Notes, in the transaction that adds a version, what it came from.</summary>
    public static async Task AddAsync(WriteTransaction transaction, ModelVersion version)
    {
        const string Sql = "insert into version_origins (kind, name, model, number) values (@kind, @name, @model, @number) on conflict do nothing";

        foreach (var origin in OriginsOf(version.Lineage))
        {
            await transaction.ExecuteAsync(Sql, new { kind = LineageKey.WordOf(origin.Kind), name = origin.Name, model = version.Model, number = (long)version.Number });
        }
    }

    /// <summary>What a version came from.</summary>
    public static IEnumerable<LineageKey> OriginsOf(Lineage lineage)
    {
        if (lineage.RunId is { } run)
        {
            yield return new LineageKey(LineageKind.Run, run);
        }

        if (lineage is { Dataset: { } dataset, DatasetDigest: { } digest })
        {
            yield return new LineageKey(LineageKind.Dataset, $"{dataset}@{digest}");
        }

        if (lineage.Commit is { } commit)
        {
            yield return new LineageKey(LineageKind.Commit, commit);
        }
    }

    /// <summary>Which versions came of some things of one kind: the thing's name, and the version.</summary>
    public Task<IReadOnlyList<(string Origin, string Version)>> ListOfAsync(LineageKind kind, IReadOnlyList<string> names, int limit, CancellationToken cancellationToken)
    {
        var (list, parameters) = SqlList.OfTexts(names, ("kind", LineageKey.WordOf(kind)), ("limit", limit));
        var sql = $"""
            select o.name, o.model || '@' || m.version
            from version_origins o join model_versions m on m.model = o.model and m.number = o.number
            where o.kind = @kind and o.name in {list}
            order by o.name, o.model, o.number
            limit @limit
            """;
        return QueryAsync<(string, string)>(sql, parameters, cancellationToken);
    }

    /// <summary>Those of some commits that a version came from.</summary>
    public Task<IReadOnlyList<string>> FindCommitsAsync(IReadOnlyList<string> names, CancellationToken cancellationToken)
    {
        var (list, parameters) = SqlList.OfTexts(names);
        return QueryAsync<string>($"select distinct name from version_origins where kind = 'commit' and name in {list} order by name", parameters, cancellationToken);
    }

    /// <summary>What is known of some versions; those that are not there are left out.</summary>
    public Task<IReadOnlyList<OriginVersion>> ListAsync(IReadOnlyList<VersionReference> versions, CancellationToken cancellationToken)
    {
        var parameters = new Dictionary<string, object>();
        var wanted = string.Join(", ", versions.Index().Select(version =>
        {
            parameters.Add($"m{version.Index}", version.Item.Model);
            parameters.Add($"v{version.Index}", version.Item.Version.ToString());
            return $"(@m{version.Index}, @v{version.Index})";
        }));
        return ReadAsync($"from (values {wanted}) as wanted join model_versions m on m.model = wanted.column1 and m.version = wanted.column2", parameters, cancellationToken);
    }

    /// <summary>The newest versions of a model.</summary>
    public Task<IReadOnlyList<OriginVersion>> ListNewestAsync(string model, int limit, CancellationToken cancellationToken) =>
        ReadAsync("from model_versions m where m.model = @model order by m.number desc limit @limit", new Dictionary<string, object> { ["model"] = model, ["limit"] = limit }, cancellationToken);

    private async Task<IReadOnlyList<OriginVersion>> ReadAsync(string from, Dictionary<string, object> parameters, CancellationToken cancellationToken)
    {
        var rows = await QueryAsync<(string Model, long Number, string Version, string Digest, string Lineage, string Reason, string CreatedAt, string CreatedBy, string State)>(
            $"select {Columns} {from}", parameters, cancellationToken);
        return
        [
            .. rows.Select(row => new OriginVersion(
                new VersionReference(row.Model, SemanticVersion.Parse(row.Version)),
                row.Number,
                row.Digest,
                JsonSerializer.Deserialize<Lineage>(row.Lineage, SlipwayJson.Options)!,
                row.Reason,
                StoredTime.Parse(row.CreatedAt),
                row.CreatedBy,
                row.State.ToLowerInvariant())),
        ];
    }

    // Dapper would keep a text for each number of names.
    private Task<IReadOnlyList<T>> QueryAsync<T>(string sql, Dictionary<string, object> parameters, CancellationToken cancellationToken) => database.ReadAsync<IReadOnlyList<T>>(
        async connection =>
        {
            var command = new CommandDefinition(sql, parameters, flags: CommandFlags.Buffered | CommandFlags.NoCache, cancellationToken: cancellationToken);
            return [.. await connection.QueryAsync<T>(command)];
        },
        cancellationToken);
}

/// <summary>A version as lineage shows it.</summary>
internal sealed record OriginVersion(VersionReference Reference, long Number, string ArtifactDigest, Lineage Lineage, string Reason, DateTimeOffset CreatedAt, string CreatedBy, string State);
