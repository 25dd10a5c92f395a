using System.Data.Common;
using System.Globalization;
using System.Text.Json;
using Dapper;
using Slipway.Core.Errors;
using Slipway.Mlflow;
using Slipway.Storage;
using Slipway.Tracking.Inputs;
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
    public async Task WriteAsync(MlflowCall call, Utf8JsonWriter json, string name, long id)
    {
        var runs = await ReadAsync([id], call.Cancellation);
        json.WriteStartObject(name);
        await runs[0].WriteAsync(call, json, DatasetsOf(runs));
        json.WriteEndObject();
    }

    /// <summary>Writes runs as a list, in the order of their numbers as given.</summary>
    public async Task WriteListAsync(MlflowCall call, Utf8JsonWriter json, IReadOnlyList<long> ids)
    {
        if (ids.Count == 0)
        {
            return;
        }

        // The next part is read while this one is written and sent.
        long[][] parts = [.. ids.Chunk(Part)];
        var next = ReadAsync(parts[0], call.Cancellation);
        json.WriteStartArray("runs");
        for (var i = 1; i <= parts.Length; i++)
        {
            var runs = await next;
            next = i < parts.Length ? BeginAsync(parts[i], call.Cancellation) : next;
            var datasets = DatasetsOf(runs);
            foreach (var run in runs)
            {
                json.WriteStartObject();
                await run.WriteAsync(call, json, datasets);
                json.WriteEndObject();
            }

            await call.FlushAsync(json);
        }

        json.WriteEndArray();
    }

    private Task<IReadOnlyList<RunContent>> BeginAsync(long[] ids, CancellationToken cancellationToken) => Task.Run(() => ReadAsync(ids, cancellationToken), cancellationToken);

    private Task<IReadOnlyList<RunContent>> ReadAsync(long[] ids, CancellationToken cancellationToken) => database.ReadAsync<IReadOnlyList<RunContent>>(
        async connection =>
        {
            var list = string.Join(',', ids.Select(id => id.ToString(CultureInfo.InvariantCulture)));
            var runs = new Dictionary<long, RunContent>(ids.Length);
            await ReadAsync(connection, $"select {RunColumns.Names} from runs r where r.id in ({list})", row => runs.Add(row.GetInt64(0), new RunContent(RunColumns.Read(row))));
            await ReadAsync(
                connection,
                $"select run, key, value, is_nan, step, timestamp from run_metrics where run in ({list}) order by run, key",
                row => runs[row.GetInt64(0)].Metrics.Add(
                    new MetricPoint(row.GetString(1), row.GetInt64(3) == 1 ? double.NaN : row.GetDouble(2), row.GetInt64(5), row.GetInt64(4), null)));
            await ReadAsync(connection, $"select run, key, value from run_params where run in ({list}) order by run, key", row => runs[row.GetInt64(0)].Parameters.Add(new Tag(row.GetString(1), row.GetString(2))));
            await ReadAsync(connection, $"select run, key, value from run_tags where run in ({list}) order by run, key", row => runs[row.GetInt64(0)].Tags.Add(new Tag(row.GetString(1), row.GetString(2))));
            await ReadInputsAsync(connection, list, runs);

            // A run that was purged meanwhile is not there.
            return [.. ids.Where(runs.ContainsKey).Select(id => runs[id])];
        },
        cancellationToken);

    private static async Task ReadInputsAsync(DbConnection connection, string list, Dictionary<long, RunContent> runs)
    {
        var uses = new Dictionary<(long Run, long Dataset), DatasetUse>();
        await ReadAsync(
            connection,
            $"select i.run, i.dataset, s.size from run_inputs i join datasets s on s.id = i.dataset where i.run in ({list}) order by i.run, i.dataset",
            row =>
            {
                var use = new DatasetUse(row.GetInt64(1), row.GetInt64(2), []);
                uses.Add((row.GetInt64(0), use.Dataset), use);
                runs[row.GetInt64(0)].Inputs.Datasets.Add(use);
            });
        await ReadAsync(connection, $"select run, model_id from run_model_inputs where run in ({list}) order by run, model_id", row => runs[row.GetInt64(0)].Inputs.Models.Add(row.GetString(1)));
        await ReadAsync(
            connection,
            $"select run, model_id, step from run_outputs where run in ({list}) order by run, step, model_id",
            row => runs[row.GetInt64(0)].Inputs.Outputs.Add(new ModelOutput(row.GetString(1), row.GetInt64(2))));
        if (uses.Count > 0)
        {
            await ReadAsync(
                connection,
                $"select run, dataset, key, value from run_input_tags where run in ({list}) order by run, dataset, key",
                row => uses.GetValueOrDefault((row.GetInt64(0), row.GetInt64(1)))?.Tags.Add(new Tag(row.GetString(2), row.GetString(3))));
        }
    }

    private DatasetPool DatasetsOf(IReadOnlyList<RunContent> runs) => new(database, [.. runs.SelectMany(run => run.Inputs.Datasets)]);

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
