using Dapper;
using Slipway.Core.Names;
using Slipway.Storage;

namespace Slipway.Rollouts.History;

/// <summary>Reads and writes the <c>deployed_versions</c> table: which versions a deployment has had, stable or as a candidate, and between which events. It is an index over the events and holds nothing else.</summary>
internal sealed class DeployedVersionStore(Database database)
{
    /// <summary>Notes, in the transaction of a change, that its versions had a part in the events from <paramref name="first"/> to <paramref name="last"/>.</summary>
    public static async Task SaveAsync(WriteTransaction transaction, DeploymentState? before, DeploymentState after, long first, long last)
    {
        const string Sql = """
            insert into deployed_versions (model, version, deployment, first_position, last_position) values (@model, @version, @deployment, @first, @last)
            on conflict (model, version, deployment) do update set last_position = excluded.last_position
            """;

        var versions = new[] { before?.Stable, before?.Candidate?.Version, after.Stable, after.Candidate?.Version }.OfType<DeployedVersion>().Select(version => version.Reference).Distinct();
        foreach (var version in versions)
        {
            await transaction.ExecuteAsync(Sql, new { model = version.Model, version = version.Version.ToString(), deployment = after.Name, first, last });
        }
    }

    /// <summary>Where some versions have been.</summary>
    public Task<IReadOnlyList<DeployedPlace>> ListAsync(IReadOnlyList<VersionReference> versions, int limit, CancellationToken cancellationToken)
    {
        var parameters = new DynamicParameters();
        parameters.Add("limit", limit);
        var wanted = string.Join(", ", versions.Index().Select(version =>
        {
            parameters.Add($"m{version.Index}", version.Item.Model);
            parameters.Add($"v{version.Index}", version.Item.Version.ToString());
            return $"(@m{version.Index}, @v{version.Index})";
        }));
        var sql = $"""
            select d.model, d.version, d.deployment, d.first_position, d.last_position
            from (values {wanted}) as wanted join deployed_versions d on d.model = wanted.column1 and d.version = wanted.column2
            order by d.deployment, d.model, d.first_position
            limit @limit
            """;
        return QueryAsync(sql, parameters, cancellationToken);
    }

    /// <summary>Which versions a deployment has had, the newest first.</summary>
    public Task<IReadOnlyList<DeployedPlace>> ListOfAsync(string deployment, int limit, CancellationToken cancellationToken)
    {
        var sql = "select model, version, deployment, first_position, last_position from deployed_versions where deployment = @deployment order by last_position desc limit @limit";
        return QueryAsync(sql, new DynamicParameters(new { deployment, limit }), cancellationToken);
    }

    /// <summary>The deployments that have had a version of a model, by name.</summary>
    public Task<IReadOnlyList<string>> ListDeploymentsAsync(string model, int limit, CancellationToken cancellationToken) => database.ReadAsync<IReadOnlyList<string>>(
        async connection =>
        {
            const string Sql = "select distinct deployment from deployed_versions where model = @model order by deployment limit @limit";
            return [.. await connection.QueryAsync<string>(new CommandDefinition(Sql, new { model, limit }, cancellationToken: cancellationToken))];
        },
        cancellationToken);

    // Dapper would keep a text for each number of versions.
    private Task<IReadOnlyList<DeployedPlace>> QueryAsync(string sql, DynamicParameters parameters, CancellationToken cancellationToken) => database.ReadAsync<IReadOnlyList<DeployedPlace>>(
        async connection =>
        {
            var command = new CommandDefinition(sql, parameters, flags: CommandFlags.Buffered | CommandFlags.NoCache, cancellationToken: cancellationToken);
            var rows = await connection.QueryAsync<(string Model, string Version, string Deployment, long First, long Last)>(command);
            return [.. rows.Select(row => new DeployedPlace(new VersionReference(row.Model, SemanticVersion.Parse(row.Version)), row.Deployment, row.First, row.Last))];
        },
        cancellationToken);
}
