using System.Runtime.InteropServices;
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

    /// <summary>Writes the rows of one hour, column by column.</summary>
    public async Task WriteAsync(Stream stream, IReadOnlyList<FileRows> rows)
    {
        var schema = Schema();
        await using var writer = await ParquetWriter.CreateAsync(schema, stream, Options);
        writer.CustomMetadata = _metadata;
        using var group = writer.CreateRowGroup();
        using var columns = new HourColumns(group, schema.DataFields, rows);
        await columns.IdsAsync();
        await columns.TimesAsync(r => r.Batch.EventTimes);
        await columns.TimesAsync(r => r.Batch.Arrivals);
        await columns.TextsAsync(r => r.Batch.Source.Version.Model);
        await columns.TextsAsync(r => r.Batch.Source.Version.Version.ToString());
        await columns.TextsAsync(r => r.Batch.Source.Role);
        await columns.TextsAsync(r => r.Batch.Source.Rollout);
        await columns.ValuesAsync<double>((r, target) => target.Fill(r.Batch.Source.Weight));
        await columns.NumbersAsync(r => r.Batch.Milliseconds);
        await columns.ValuesAsync<bool>((r, target) => r.Copy(r.Batch.Failed, target));
        await columns.TextsAsync(r => r.Batch.Keys);
        await columns.ValuesAsync<long>((r, target) => r.Copy(r.Batch.Units, MemoryMarshal.Cast<long, ulong>(target)));
        await columns.TextsAsync(r => r.Segments);
        for (var i = 0; i < _chunk.Values.Count; i++)
        {
            var column = i;
            switch (_chunk.Values[i].Kind)
            {
                case ColumnKind.Number:
                    await columns.NumbersAsync(r => (Column(r, column) as NumberValues)?.Values);
                    break;

                case ColumnKind.Text:
                    await columns.TextsAsync(r => (Column(r, column) as TextValues)?.Values);
                    break;

                case ColumnKind.Digest:
                    await columns.TextsAsync(r => (Column(r, column) as DigestValues) is { } digests ? Array.ConvertAll(digests.Values, JsonTexts.Digest) : null);
                    break;

                case ColumnKind.Vector:
                    await columns.VectorsAsync(r => (Column(r, column) as VectorValues)?.Values);
                    break;
            }
        }

        if (_chunk.HasCalls)
        {
            await columns.NumbersAsync(r => r.Batch.Calls!.Parse);
            await columns.NumbersAsync(r => r.Batch.Calls!.Queue);
            await columns.NumbersAsync(r => r.Batch.Calls!.Run);
            await columns.NumbersAsync(r => r.Batch.Calls!.Write);
            await columns.ValuesAsync<long>((r, target) => r.Copy(r.Batch.Calls!.Batch, target));
            await columns.ValuesAsync<int>((r, target) => r.Copy(r.Batch.Calls!.BatchRows, target));
        }

        if (_chunk.HasShare)
        {
            await columns.ValuesAsync<double>((r, target) => target.Fill(r.Batch.Source.Share));
        }
    }

    private LoggedColumn? Column(FileRows rows, int column)
    {
        var slot = _slots[rows.Layout][column];
        var batch = rows.Batch;
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

        if (_chunk.HasCalls)
        {
            fields.AddRange(
            [
                new DataField("parse_us", typeof(float), isNullable: true),
                new DataField("queue_us", typeof(float), isNullable: true),
                new DataField("run_us", typeof(float), isNullable: true),
                new DataField("write_us", typeof(float), isNullable: true),
                new DataField("batch", typeof(long), isNullable: false),
                new DataField("batch_rows", typeof(int), isNullable: false),
            ]);
        }

        if (_chunk.HasShare)
        {
            fields.Add(new DataField(ChunkSchema.ShareField, typeof(double), isNullable: false));
        }

        return new ParquetSchema(fields);

        static DataField Text(string name) => new(name, typeof(string), isNullable: true);
        static DateTimeDataField Time(string name) => new(name, DateTimeFormat.Timestamp, isAdjustedToUTC: true, unit: DateTimeTimeUnit.Micros, isNullable: false);
    }
}

/// <summary>Which input or output a column of a file is.</summary>
internal sealed record FileColumn(string Column, string Name, ColumnKind Kind, bool IsOutput);
