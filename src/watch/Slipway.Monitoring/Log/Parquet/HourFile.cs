using System.Text.Json;
using Parquet;
using Parquet.Schema;
using Slipway.Monitoring.Log.Chunks;
using Slipway.Monitoring.Log.Recording;
using Field = Parquet.Schema.Field;

namespace Slipway.Monitoring.Log.Parquet;

/// <summary>Writes rows of one hour as a Parquet file. Every file of a chunk has the same columns.</summary>
internal sealed class HourFile
{
    /// <summary>The key of the file's metadata that says which input or output each column is, since names are not unique across kinds.</summary>
    public const string ColumnsKey = "slipway.columns";

    private static readonly ParquetOptions Options = new() { CompressionMethod = CompressionMethod.Snappy };

    private readonly ChunkSchema _chunk;
    private readonly int[][] _slots;
    private readonly Dictionary<string, string> _metadata;

    public HourFile(ChunkSchema chunk)
    {
        _chunk = chunk;

        // Where each of the chunk's columns stands in a layout, −1 where it does not.
        _slots = new int[chunk.Layouts.Count][];
        for (var layout = 0; layout < _slots.Length; layout++)
        {
            _slots[layout] = new int[chunk.Values.Count];
            Array.Fill(_slots[layout], -1);
            var columns = chunk.ColumnsOf(layout);
            for (var i = 0; i < columns.Length; i++)
            {
                _slots[layout][columns[i]] = i;
            }
        }

        var described = chunk.Values.Select((v, i) => new FileColumn(chunk.Names[i], v.Name, v.Kind, v.IsOutput));
        _metadata = new Dictionary<string, string> { [ColumnsKey] = JsonSerializer.Serialize(described) };
    }

    public async Task WriteAsync(Stream stream, IReadOnlyList<FileRow> rows)
    {
        var schema = Schema();
        await using var writer = await ParquetWriter.CreateAsync(schema, stream, Options);
        writer.CustomMetadata = _metadata;
        using var group = writer.CreateRowGroup();
        var fields = schema.DataFields;
        await group.WriteAsync(fields[0], Texts(rows, r => r.Batch.Ids[r.Row]));
        await group.WriteAsync<DateTime>(fields[1], Each(rows, r => new DateTime(r.Batch.EventTimes[r.Row], DateTimeKind.Utc)));
        await group.WriteAsync<DateTime>(fields[2], Each(rows, r => new DateTime(r.Batch.Arrivals[r.Row], DateTimeKind.Utc)));
        await group.WriteAsync(fields[3], Texts(rows, r => r.Batch.Source.Version.Model));
        await group.WriteAsync(fields[4], Texts(rows, r => r.Batch.Source.Version.Version.ToString()));
        await group.WriteAsync(fields[5], Texts(rows, r => r.Batch.Source.Role));
        await group.WriteAsync(fields[6], Texts(rows, r => r.Batch.Source.Rollout));
        await group.WriteAsync<double>(fields[7], Each(rows, r => r.Batch.Source.Weight));
        await group.WriteAsync<double>(fields[8], Each(rows, r => Known(r.Batch.Milliseconds[r.Row])));
        await group.WriteAsync<bool>(fields[9], Each(rows, r => r.Batch.Failed[r.Row]));
        await group.WriteAsync(fields[10], Texts(rows, r => r.Batch.Keys[r.Row]));
        await group.WriteAsync<long>(fields[11], Each(rows, r => (long)r.Batch.Units[r.Row]));
        await group.WriteAsync(fields[12], Texts(rows, r => r.Segments));
        for (var i = 0; i < _chunk.Values.Count; i++)
        {
            var column = i;
            var field = fields[ChunkSchema.FixedColumns + i];
            switch (_chunk.Values[i].Kind)
            {
                case ColumnKind.Number:
                    await group.WriteAsync<double>(field, Each(rows, r => Column(r, column) is NumberValues numbers ? Known(numbers.Values[r.Row]) : null));
                    break;

                case ColumnKind.Text:
                    await group.WriteAsync(field, Texts(rows, r => (Column(r, column) as TextValues)?.Values[r.Row]));
                    break;

                case ColumnKind.Digest:
                    await group.WriteAsync(field, Texts(rows, r => JsonTexts.Digest((Column(r, column) as DigestValues)?.Values[r.Row])));
                    break;

                case ColumnKind.Vector:
                    await WriteAsync(group, field, Array.ConvertAll(rows.ToArray(), r => (Column(r, column) as VectorValues)?.Values[r.Row]));
                    break;
            }
        }
    }

    private static double? Known(double value) => double.IsNaN(value) ? null : value;

    private static ReadOnlyMemory<T> Each<T>(IReadOnlyList<FileRow> rows, Func<FileRow, T> value)
    {
        var values = new T[rows.Count];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = value(rows[i]);
        }

        return values;
    }

    private static string?[] Texts(IReadOnlyList<FileRow> rows, Func<FileRow, string?> value) => Each(rows, value).ToArray();

    // Levels as Parquet has them: a value begins its row's list (0) or goes on with it (1); the list is missing (0), empty (1), or has the value (2).
    private static async Task WriteAsync(ParquetRowGroupWriter group, DataField field, double[]?[] vectors)
    {
        var values = new List<double>();
        var definitions = new List<int>();
        var repetitions = new List<int>();
        foreach (var vector in vectors)
        {
            for (var i = 0; i < Math.Max(1, vector?.Length ?? 0); i++)
            {
                repetitions.Add(i == 0 ? 0 : 1);
                definitions.Add(vector is null ? 0 : vector.Length == 0 ? 1 : 2);
            }

            values.AddRange(vector ?? []);
        }

        await group.WriteAllPartsAsync<double>(
            field, values.ToArray(), new ReadOnlyMemory<int>([.. definitions]), new ReadOnlyMemory<int>([.. repetitions]), CancellationToken.None);
    }

    private LoggedColumn? Column(in FileRow row, int column)
    {
        var slot = _slots[row.Layout][column];
        var batch = row.Batch;
        return slot < 0 ? null : slot < batch.Inputs.Count ? batch.Inputs[slot] : batch.Outputs[slot - batch.Inputs.Count];
    }

    // Fields belong to the schema they are put in, so each file has its own.
    private ParquetSchema Schema()
    {
        var fields = new List<Field>
        {
            Text("prediction_id"),
            Time("event_time"),
            Time("arrived_at"),
            Text("model"),
            Text("version"),
            Text("role"),
            Text("rollout"),
            new DataField("weight", typeof(double), isNullable: false),
            new DataField("milliseconds", typeof(double), isNullable: true),
            new DataField("failed", typeof(bool), isNullable: false),
            Text("sticky_key"),
            new DataField("unit", typeof(long), isNullable: false),
            Text("segments"),
        };
        for (var i = 0; i < _chunk.Values.Count; i++)
        {
            fields.Add(_chunk.Values[i].Kind switch
            {
                ColumnKind.Number => new DataField(_chunk.Names[i], typeof(double), isNullable: true),
                ColumnKind.Vector => new ListField(_chunk.Names[i], new DataField("element", typeof(double), isNullable: false)),
                _ => Text(_chunk.Names[i]),
            });
        }

        return new ParquetSchema(fields);

        static DataField Text(string name) => new(name, typeof(string), isNullable: true);
        static DateTimeDataField Time(string name) => new(name, DateTimeFormat.Timestamp, isAdjustedToUTC: true, unit: DateTimeTimeUnit.Micros, isNullable: false);
    }
}

/// <summary>One row of a file.</summary>
/// <param name="Batch">The batch that it is in.</param>
/// <param name="Layout">The number of the batch's layout in its chunk.</param>
/// <param name="Row">Its place in the batch.</param>
/// <param name="Segments">Its segments as JSON, or null.</param>
internal readonly record struct FileRow(PredictionBatch Batch, int Layout, int Row, string? Segments);

/// <summary>Which input or output a column of a file is.</summary>
internal sealed record FileColumn(string Column, string Name, ColumnKind Kind, bool IsOutput);
