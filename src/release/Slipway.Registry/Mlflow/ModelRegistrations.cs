using Dapper;
using Slipway.Mlflow;
using Slipway.Mlflow.Search;
using Slipway.Storage;

namespace Slipway.Registry.Mlflow;

/// <inheritdoc/>
internal sealed class ModelRegistrations(Database database) : IModelRegistrations
{
    public async Task<ILookup<string, ModelRegistration>> ListAsync(IReadOnlyList<string> modelIds, CancellationToken cancellationToken)
    {
        if (modelIds.Count == 0)
        {
            return Enumerable.Empty<ModelRegistration>().ToLookup(_ => "");
        }

        var parameters = new SqlParameters();
        var sql = $"""
            select model_id, name, number
            from (select model_id, name, number, row_number() over (partition by model_id order by id desc) as newest
                  from registered_versions where model_id in {parameters.AddList(modelIds)}) v
            where newest <= {parameters.Add((long)IModelRegistrations.Most)}
            order by model_id, name, number
            """;

        // Dapper would keep a text for each count of ids.
        var command = new CommandDefinition(sql, parameters.Values, flags: CommandFlags.Buffered | CommandFlags.NoCache, cancellationToken: cancellationToken);
        var rows = await database.ReadAsync(connection => connection.QueryAsync<(string ModelId, string Name, long Number)>(command), cancellationToken);
        return rows.ToLookup(row => row.ModelId, row => new ModelRegistration(row.Name, row.Number), StringComparer.Ordinal);
    }
}
