using Dapper;
using Slipway.Mlflow;
using Slipway.Storage;

namespace Slipway.Registry.Mlflow;

/// <inheritdoc/>
internal sealed class ModelRegistrations(Database database) : IModelRegistrations
{
    public async Task<ILookup<string, ModelRegistration>> ListAsync(IReadOnlyList<string> modelIds, CancellationToken cancellationToken)
    {
        const string Sql = """
            select model_id, name, number
            from (select model_id, name, number, row_number() over (partition by model_id order by id desc) as newest from registered_versions where model_id in @modelIds) v
            where newest <= @most
            order by model_id, name, number
            """;

        // Dapper would keep a text for each count of ids.
        var command = new CommandDefinition(Sql, new { modelIds, most = IModelRegistrations.Most }, flags: CommandFlags.Buffered | CommandFlags.NoCache, cancellationToken: cancellationToken);
        var rows = modelIds.Count == 0 ? [] : await database.ReadAsync(connection => connection.QueryAsync<(string ModelId, string Name, long Number)>(command), cancellationToken);
        return rows.ToLookup(row => row.ModelId, row => new ModelRegistration(row.Name, row.Number), StringComparer.Ordinal);
    }
}
