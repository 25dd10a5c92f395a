using System.Data.Common;
using System.Globalization;
using System.Text.Json;
using Dapper;
using Slipway.Core.Errors;
using Slipway.Mlflow;
using Slipway.Storage;
using Slipway.Tracking.Metrics;

namespace Slipway.Tracking.LoggedModels;

/// <summary>Reads logged models with what they have.</summary>
internal sealed class LoggedModelReader(Database database, IEnumerable<IModelRegistrations> registrations)
{
    /// <summary>How many models are read, written and sent at once.</summary>
    private const int Part = 200;

    /// <summary>The model by the id that clients know it by.</summary>
    /// <exception cref="SlipwayException"><see cref="ErrorKind.NotFound"/>: there is none, or it is deleted.</exception>
    public Task<LoggedModel> GetAsync(string modelId, CancellationToken cancellationToken) => database.ReadAsync(
        async connection =>
        {
            await using var reader = await connection.ExecuteReaderAsync($"select {LoggedModel.Columns} from logged_models r where r.model_id = @modelId and r.deleted_at is null", new { modelId });
            return await reader.ReadAsync(cancellationToken) ? LoggedModel.Read(reader) : throw LoggedModel.NotFound(modelId);
        },
        cancellationToken);

    /// <summary>Answers with one model.</summary>
    public async Task AnswerAsync(MlflowCall call, LoggedModel model)
    {
        var content = (await ReadAsync([model.Id], call.Cancellation)) is [var found] ? found : throw LoggedModel.NotFound(model.ModelId);
        await call.AnswerAsync(json =>
        {
            json.WriteStartObject("model");
            content.Write(json);
            json.WriteEndObject();
        });
    }

    /// <summary>Writes models as a list, in the order of their numbers as given.</summary>
    public async Task WriteListAsync(MlflowCall call, Utf8JsonWriter json, IReadOnlyList<long> ids)
    {
        if (ids.Count == 0)
        {
            return;
        }

        json.WriteStartArray("models");
        foreach (var part in ids.Chunk(Part))
        {
            foreach (var model in await ReadAsync(part, call.Cancellation))
            {
                json.WriteStartObject();
                model.Write(json);
                json.WriteEndObject();
            }

            await call.FlushAsync(json);
        }

        json.WriteEndArray();
    }

    private async Task<IReadOnlyList<LoggedModelContent>> ReadAsync(long[] ids, CancellationToken cancellationToken)
    {
        var models = await ReadLoggedAsync(ids, cancellationToken);
        foreach (var source in registrations)
        {
            var found = await source.ListAsync([.. models.Select(model => model.Model.ModelId)], cancellationToken);
            foreach (var model in models)
            {
                model.Registrations.AddRange(found[model.Model.ModelId]);
            }
        }

        return models;
    }

    private Task<IReadOnlyList<LoggedModelContent>> ReadLoggedAsync(long[] ids, CancellationToken cancellationToken) => database.ReadAsync<IReadOnlyList<LoggedModelContent>>(
        async connection =>
        {
            var list = string.Join(',', ids.Select(id => id.ToString(CultureInfo.InvariantCulture)));
            var models = new Dictionary<long, LoggedModelContent>(ids.Length);
            await ReadAsync(connection, $"select {LoggedModel.Columns} from logged_models r where r.id in ({list})", row => models.Add(row.GetInt64(0), new LoggedModelContent(LoggedModel.Read(row))));
            await ReadAsync(
                connection,
                $"select model, key, value from logged_model_tags where model in ({list}) order by model, key",
                row => models.GetValueOrDefault(row.GetInt64(0))?.Tags.Add(new Tag(row.GetString(1), row.GetString(2))));
            await ReadAsync(
                connection,
                $"select model, key, value from logged_model_params where model in ({list}) order by model, key",
                row => models.GetValueOrDefault(row.GetInt64(0))?.Parameters.Add(new Tag(row.GetString(1), row.GetString(2))));
            await ReadAsync(connection, MetricsOf(list), row =>
            {
                if (models.TryGetValue(row.GetInt64(0), out var model))
                {
                    var link = new MetricLink(model.Model.ModelId, Given(row.GetString(6)), Given(row.GetString(7)));
                    var point = new MetricPoint(row.GetString(1), row.GetInt64(3) == 1 ? double.NaN : row.GetDouble(2), row.GetInt64(5), row.GetInt64(4), link);
                    model.Metrics.Add((point, row.GetString(8)));
                }
            });

            // A model that was purged meanwhile is not there.
            return [.. ids.Where(models.ContainsKey).Select(id => models[id])];
        },
        cancellationToken);

    private static string MetricsOf(string list) => $"""
        select m.model, m.key, m.value, m.is_nan, m.step, m.timestamp, m.dataset_name, m.dataset_digest, r.run_id
        from logged_model_metrics m join runs r on r.id = m.run
        where m.model in ({list})
        order by m.model, m.key, m.run, m.dataset_name, m.dataset_digest
        """;

    private static string? Given(string text) => text.Length > 0 ? text : null;

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
