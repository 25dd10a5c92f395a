using System.Data.Common;
using System.Globalization;
using Dapper;
using Slipway.Storage;

namespace Slipway.Tracking.EvaluationDatasets;

/// <summary>Reads evaluation datasets with what is answered about them, and their records.</summary>
internal sealed class EvaluationDatasetReader(Database database)
{
    /// <summary>The dataset of an id.</summary>
    /// <exception cref="Core.Errors.SlipwayException"><see cref="Core.Errors.ErrorKind.NotFound"/>.</exception>
    public Task<EvaluationDatasetContent> GetAsync(string datasetId, CancellationToken cancellationToken) => database.ReadAsync(
        async connection => await LoadAsync(connection, "dataset_id = @datasetId", new { datasetId }, cancellationToken) is [var dataset] ? dataset : throw EvaluationDataset.NotFound(datasetId),
        cancellationToken);

    /// <summary>The datasets of some numbers, in their order; what was deleted meanwhile is left out.</summary>
    public Task<IReadOnlyList<EvaluationDatasetContent>> ListAsync(IReadOnlyList<long> ids, CancellationToken cancellationToken) => database.ReadAsync<IReadOnlyList<EvaluationDatasetContent>>(
        async connection =>
        {
            var found = (await LoadAsync(connection, $"id in ({ListOf(ids)})", parameters: null, cancellationToken)).ToDictionary(dataset => dataset.Dataset.Id);
            return [.. ids.Where(found.ContainsKey).Select(id => found[id])];
        },
        cancellationToken);

    /// <summary>The records of some numbers, in their order.</summary>
    public Task<IReadOnlyList<EvaluationRecord>> ListRecordsAsync(IReadOnlyList<long> ids, CancellationToken cancellationToken) => database.ReadAsync<IReadOnlyList<EvaluationRecord>>(
        async connection =>
        {
            var sql = $"select {EvaluationRecord.Columns} from evaluation_records where id in ({ListOf(ids)})";
            var found = (await connection.QueryAsync<EvaluationRecord>(Once(sql, parameters: null, cancellationToken))).ToDictionary(record => record.Id);
            return [.. ids.Where(found.ContainsKey).Select(id => found[id])];
        },
        cancellationToken);

    private static async Task<IReadOnlyList<EvaluationDatasetContent>> LoadAsync(DbConnection connection, string where, object? parameters, CancellationToken cancellationToken)
    {
        var datasets = (await connection.QueryAsync<EvaluationDataset>(Once($"select {EvaluationDataset.Columns} from evaluation_datasets where {where}", parameters, cancellationToken))).AsList();
        var list = ListOf([.. datasets.Select(dataset => dataset.Id)]);
        var tags = (await connection.QueryAsync<(long Dataset, string Key, string Value)>(
            Once($"select dataset, key, value from evaluation_dataset_tags where dataset in ({list}) order by key", parameters: null, cancellationToken))).ToLookup(row => row.Dataset, row => new Tag(row.Key, row.Value));
        var experiments = (await connection.QueryAsync<(long Dataset, long Experiment)>(
            Once($"select dataset, experiment from evaluation_dataset_experiments where dataset in ({list}) order by experiment", parameters: null, cancellationToken))).ToLookup(row => row.Dataset, row => row.Experiment);
        return [.. datasets.Select(dataset => new EvaluationDatasetContent(dataset, [.. tags[dataset.Id]], [.. experiments[dataset.Id]]))];
    }

    private static string ListOf(IReadOnlyList<long> ids) => ids.Count == 0 ? "null" : string.Join(',', ids.Select(id => id.ToString(CultureInfo.InvariantCulture)));

    // Dapper would keep each text, and these are all different.
    private static CommandDefinition Once(string sql, object? parameters, CancellationToken cancellationToken) =>
        new(sql, parameters, flags: CommandFlags.Buffered | CommandFlags.NoCache, cancellationToken: cancellationToken);
}
