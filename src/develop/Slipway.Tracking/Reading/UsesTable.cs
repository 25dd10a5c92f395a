using System.Data.Common;
using Dapper;
using Slipway.Mlflow;
using Slipway.Storage;

namespace Slipway.Tracking.Reading;

/// <summary>Reads what runs used and made.</summary>
internal sealed class UsesTable(Database database, IEnumerable<IModelRegistrations> registrations)
{
    public async Task<RunUses> ReadAsync(long run, CancellationToken cancellationToken)
    {
        var (datasets, inputs, outputs) = await database.ReadAsync(
            async connection => (await DatasetsAsync(connection, run), await InputsAsync(connection, run), await OutputsAsync(connection, run)), cancellationToken);
        var known = await KnownAsync([.. inputs.Concat(outputs).Select(model => model.ModelId).Distinct(StringComparer.Ordinal)], cancellationToken);
        return new RunUses
        {
            Datasets = [.. datasets.Take(RunUses.Most)],
            ModelInputs = [.. inputs.Take(RunUses.Most).Select(Told)],
            ModelOutputs = [.. outputs.Take(RunUses.Most).Select(Told)],
            HasMore = datasets.Count > RunUses.Most || inputs.Count > RunUses.Most || outputs.Count > RunUses.Most,
        };

        RunModel Told((string ModelId, long? Step) model) => new(model.ModelId, model.Step, known.GetValueOrDefault(model.ModelId));
    }

    private static async Task<List<RunDataset>> DatasetsAsync(DbConnection connection, long run)
    {
        const string Sql = """
            select s.name, s.digest, i.context, s.source_type, substr(s.source, 1, @longest)
            from run_inputs i join datasets s on s.id = i.dataset
            where i.run = @run
            order by i.dataset
            limit @limit
            """;

        var rows = await connection.QueryAsync<(string Name, string Digest, string? Context, string SourceType, string Source)>(
            Sql, new { run, longest = RunUses.LongestSource, limit = RunUses.Most + 1 });
        return [.. rows.Select(row => new RunDataset(row.Name, row.Digest, row.Context, row.SourceType, row.Source))];
    }

    private static async Task<List<(string ModelId, long? Step)>> InputsAsync(DbConnection connection, long run) =>
    [
        .. (await connection.QueryAsync<string>("select model_id from run_model_inputs where run = @run order by model_id limit @limit", new { run, limit = RunUses.Most + 1 }))
            .Select(id => (id, (long?)null)),
    ];

    private static async Task<List<(string ModelId, long? Step)>> OutputsAsync(DbConnection connection, long run) =>
    [
        .. (await connection.QueryAsync<(string ModelId, long Step)>(
            "select model_id, step from run_outputs where run = @run order by step, model_id limit @limit", new { run, limit = RunUses.Most + 1 }))
            .Select(row => (row.ModelId, (long?)row.Step)),
    ];

    private async Task<Dictionary<string, KnownModel>> KnownAsync(string[] ids, CancellationToken cancellationToken)
    {
        var known = new Dictionary<string, KnownModel>(StringComparer.Ordinal);
        if (ids.Length == 0)
        {
            return known;
        }

        var parameters = new SqlParameters();
        var sql = $"select model_id, name, model_type, status, source_run_id from logged_models where model_id in {parameters.AddList(ids)} and deleted_at is null";

        // Dapper would keep a text for each count of ids.
        var command = new CommandDefinition(sql, parameters.Values, flags: CommandFlags.Buffered | CommandFlags.NoCache, cancellationToken: cancellationToken);
        var rows = await database.ReadAsync(
            connection => connection.QueryAsync<(string ModelId, string Name, string? Type, string Status, string? SourceRunId)>(command), cancellationToken);
        var versions = await Task.WhenAll(registrations.Select(source => source.ListAsync(ids, cancellationToken)));
        foreach (var row in rows)
        {
            known.Add(row.ModelId, new KnownModel(row.Name, row.Type, row.Status, row.SourceRunId, [.. versions.SelectMany(found => found[row.ModelId])]));
        }

        return known;
    }
}
