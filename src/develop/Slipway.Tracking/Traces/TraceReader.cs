using System.Data.Common;
using Dapper;
using Slipway.Core.Errors;
using Slipway.Storage;
using Slipway.Storage.Sql;
using Slipway.Tracking.Traces.Assessments;

namespace Slipway.Tracking.Traces;

/// <summary>Reads traces with what is said of them.</summary>
internal sealed class TraceReader(Database database)
{
    /// <summary>How many traces are read, written and sent at once.</summary>
    public const int Part = 50;

    /// <exception cref="SlipwayException"><see cref="ErrorKind.NotFound"/>.</exception>
    public async Task<TraceContent> GetAsync(string traceId, CancellationToken cancellationToken)
    {
        var ids = await IdsAsync([traceId], cancellationToken);
        return ids.Count == 1 && await ReadAsync([.. ids], cancellationToken) is [var content] ? content : throw Trace.NotFound(traceId);
    }

    /// <summary>The numbers of those traces that are there, in the order of the ids.</summary>
    public Task<IReadOnlyList<long>> IdsAsync(IReadOnlyList<string> traceIds, CancellationToken cancellationToken) => database.ReadAsync<IReadOnlyList<long>>(
        async connection =>
        {
            var parameters = new SqlParameters();
            var found = (await connection.QueryAsync<(string TraceId, long Id)>($"select trace_id, id from traces where trace_id in {parameters.AddList(traceIds)}", parameters.Values))
                .ToDictionary(row => row.TraceId, row => row.Id, StringComparer.Ordinal);
            return [.. traceIds.Distinct(StringComparer.Ordinal).Where(found.ContainsKey).Select(id => found[id])];
        },
        cancellationToken);

    /// <summary>The traces of some numbers, in their order. One that was deleted meanwhile is not there.</summary>
    public Task<IReadOnlyList<TraceContent>> ReadAsync(IReadOnlyCollection<long> ids, CancellationToken cancellationToken) => database.ReadAsync<IReadOnlyList<TraceContent>>(
        async connection =>
        {
            var list = SqlList.Of(ids);
            var traces = new Dictionary<long, TraceContent>(ids.Count);
            await EachAsync(connection, $"select {TraceColumns.Names} from traces r where r.id in {list}", row => traces.Add(row.GetInt64(0), new TraceContent(TraceColumns.Read(row))));
            await EachAsync(connection, $"select trace, key, value from trace_metadata where trace in {list} order by trace, key", row => Of(row).Metadata.Add(new Tag(row.GetString(1), row.GetString(2))));
            await EachAsync(connection, $"select trace, key, value from trace_tags where trace in {list} order by trace, key", row => Of(row).Tags.Add(new Tag(row.GetString(1), row.GetString(2))));
            await EachAsync(connection, $"select trace, {AssessmentColumns.Names} from trace_assessments where trace in {list} order by trace, position", row =>
                Of(row).Assessments.Add(AssessmentColumns.Read(row, first: 1, Of(row).Trace.TraceId)));
            return [.. ids.Where(traces.ContainsKey).Select(id => traces[id])];

            TraceContent Of(DbDataReader row) => traces[row.GetInt64(0)];
        },
        cancellationToken);

    private static async Task EachAsync(DbConnection connection, string sql, Action<DbDataReader> read)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            read(reader);
        }
    }
}
