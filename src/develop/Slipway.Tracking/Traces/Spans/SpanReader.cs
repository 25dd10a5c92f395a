using System.Data.Common;
using System.Text.Json;
using Slipway.Mlflow;
using Slipway.Storage;

namespace Slipway.Tracking.Traces.Spans;

/// <summary>Reads the spans of traces.</summary>
internal sealed class SpanReader(Database database)
{
    // So much is read, written and sent at once, whatever a trace's spans weigh together.
    private const int PartSpans = 200;
    private const int PartBytes = 4 << 20;

    /// <summary>Writes a trace's spans as the list <c>spans</c>, the first to begin first; nothing where there are none.</summary>
    public async Task WriteAsync(MlflowCall call, Utf8JsonWriter json, Trace trace)
    {
        var (start, spanId, any) = (long.MinValue, "", false);
        while (await ReadAsync(trace.Id, start, spanId, call.Cancellation) is { Count: > 0 } part)
        {
            if (!any)
            {
                json.WriteStartArray("spans");
                any = true;
            }

            foreach (var (_, _, content) in part)
            {
                SpanJson.Write(json, content);
            }

            await call.FlushAsync(json);
            (start, spanId, _) = part[^1];
        }

        if (any)
        {
            json.WriteEndArray();
        }
    }

    public Task<long> CountAsync(Trace trace, CancellationToken cancellationToken) => database.ReadAsync(
        async connection =>
        {
            await using var command = Command(connection, "select count(*) from trace_spans where trace = @trace", ("@trace", trace.Id));
            return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
        },
        cancellationToken);

    private Task<List<(long Start, string SpanId, byte[] Content)>> ReadAsync(long trace, long start, string spanId, CancellationToken cancellationToken)
    {
        const string Sql = """
            select start_ns, span_id, content from trace_spans
            where trace = @trace and start_ns >= @start and (start_ns > @start or span_id > @span_id)
            order by start_ns, span_id
            limit @limit
            """;

        return database.ReadAsync(
            async connection =>
            {
                await using var command = Command(connection, Sql, ("@trace", trace), ("@start", start), ("@span_id", spanId), ("@limit", PartSpans));
                await using var reader = await command.ExecuteReaderAsync(cancellationToken);
                var (part, bytes) = (new List<(long, string, byte[])>(), 0L);
                while (bytes < PartBytes && await reader.ReadAsync(cancellationToken))
                {
                    var content = reader.GetFieldValue<byte[]>(2);
                    part.Add((reader.GetInt64(0), reader.GetString(1), content));
                    bytes += content.Length;
                }

                return part;
            },
            cancellationToken);
    }

    private static DbCommand Command(DbConnection connection, string sql, params (string Name, object Value)[] values)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        foreach (var (name, value) in values)
        {
            var parameter = command.CreateParameter();
            (parameter.ParameterName, parameter.Value) = (name, value);
            command.Parameters.Add(parameter);
        }

        return command;
    }
}
