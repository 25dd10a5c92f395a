using System.Data.Common;
using System.Globalization;
using System.Text.Json;
using Dapper;
using Slipway.Core.Errors;
using Slipway.Mlflow;
using Slipway.Storage;
using Slipway.Tracking.Metrics;

namespace Slipway.Tracking.Runs;

/// <summary>Reads runs with what they logged.</summary>
internal sealed class RunReader(Database database)
{
    /// <summary>How many runs are read, written and sent at once: an answer of 50,000 runs never lies in memory.</summary>
    private const int Part = 200;

    /// <summary>The run by the id that clients know it by.</summary>
    /// <exception cref="SlipwayException"><see cref="ErrorKind.NotFound"/>.</exception>
    public Task<Run> GetAsync(string runId, CancellationToken cancellationToken) => database.ReadAsync(
        async connection =>
        {
            await using var reader = await connection.ExecuteReaderAsync($"select {RunColumns.Names} from runs r where r.run_id = @runId", new { runId });
            return await reader.ReadAsync(cancellationToken) ? RunColumns.Read(reader) : throw Run.NotFound(runId);
        },
        cancellationToken);

    /// <summary>Writes one run as a member.</summary>
    public async Task WriteAsync(Utf8JsonWriter json, string name, long id, CancellationToken cancellationToken)
    {
        var runs = await ReadAsync([id], cancellationToken);
        json.WriteStartObject(name);
        runs[0].Write(json);
        json.WriteEndObject();
    }

    /// <summary>Writes runs as a list, in the order of their numbers as given.</summary>
    public async Task WriteListAsync(MlflowCall call, Utf8JsonWriter json, IReadOnlyList<long> ids)
    {
        if (ids.Count == 0)
        {
            return;
        }

        json.WriteStartArray("runs");
        foreach (var part in ids.Chunk(Part))
        {
            foreach (var run in await ReadAsync(part, call.Cancellation))
            {
                json.WriteStartObject();
                run.Write(json);
                json.WriteEndObject();
            }

            await call.FlushAsync(json);
        }

        json.WriteEndArray();
    }

    private Task<IReadOnlyList<RunContent>> ReadAsync(long[] ids, CancellationToken cancellationToken) => database.ReadAsync<IReadOnlyList<RunContent>>(
        async connection =>
        {
            var list = string.Join(',', ids.Select(id => id.ToString(CultureInfo.InvariantCulture)));
            var runs = new Dictionary<long, RunContent>(ids.Length);
            await ReadAsync(connection, $"select {RunColumns.Names} from runs r where r.id in ({list})", row => runs.Add(row.GetInt64(0), new RunContent(RunColumns.Read(row))));
            await ReadAsync(
                connection,
                $"select run, key, value, is_nan, step, timestamp from run_metrics where run in ({list})",
                row => runs[row.GetInt64(0)].Metrics.Add(
                    new MetricPoint(row.GetString(1), row.GetInt64(3) == 1 ? double.NaN : row.GetDouble(2), row.GetInt64(5), row.GetInt64(4), null)));
            await ReadAsync(connection, $"select run, key, value from run_params where run in ({list})", row => runs[row.GetInt64(0)].Parameters.Add(new Tag(row.GetString(1), row.GetString(2))));
            await ReadAsync(connection, $"select run, key, value from run_tags where run in ({list})", row => runs[row.GetInt64(0)].Tags.Add(new Tag(row.GetString(1), row.GetString(2))));

            // A run that was purged meanwhile is not there.
            return [.. ids.Where(runs.ContainsKey).Select(id => runs[id])];
        },
        cancellationToken);

    private static async Task ReadAsync(DbConnection connection, string sql, Action<DbDataReader> read)
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
