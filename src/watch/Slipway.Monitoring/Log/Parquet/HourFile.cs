using System.Text.Json;
using Slipway.Monitoring.Log.Chunks;
using Slipway.Monitoring.Log.Parquet.Format;
using Slipway.Monitoring.Log.Recording;

namespace Slipway.Monitoring.Log.Parquet;

/// <summary>Writes rows of one hour as a Parquet file. Every file of a chunk has the same columns.</summary>
internal sealed class HourFile
{
    /// <summary>The key of the file's metadata that says which input or output each column is, since names are not unique across kinds.</summary>
    public const string ColumnsKey = "slipway.columns";

    private readonly ChunkSchema _chunk;
    private readonly Dictionary<string, string> _metadata;
    private readonly List<ParquetColumn> _columns;
    private readonly ParquetBuffers _buffers;

    public HourFile(ChunkSchema chunk, ParquetBuffers buffers)
    {
        _chunk = chunk;
        _buffers = buffers;
        var described = chunk.Values.Select((v, i) => new FileColumn(chunk.Names[i], v.Name, v.Kind, v.IsOutput));
        _metadata = new Dictionary<string, string> { [ColumnsKey] = JsonSerializer.Serialize(described) };
        _columns = Columns(chunk);
    }

    /// <summary>Writes the rows of one hour, column by column.</summary>
    public void Write(Stream stream, IReadOnlyList<FileRows> rows)
    {
        var file = new ParquetFile(stream, _columns, _buffers);
        var columns = new HourColumns(file, _buffers, rows);
        columns.Texts();
        columns.Values<long>();
        columns.Values<long>();
        columns.SameText();
        columns.SameText();
        columns.SameText();
        columns.SameText();
        columns.Values<double>();
        columns.Numbers<double>();
        columns.Flags();
        columns.Texts();
        columns.Values<long>();
        columns.Texts();
        foreach (var column in _chunk.Values)
        {
            switch (column.Kind)
            {
                case ColumnKind.Number:
                    columns.Numbers<double>();
                    break;
                case ColumnKind.Vector:
                    columns.Vectors();
                    break;
                default:
                    columns.Texts();
                    break;
            }
        }

        if (_chunk.HasCalls)
        {
            columns.Numbers<float>();
            columns.Numbers<float>();
            columns.Numbers<float>();
            columns.Numbers<float>();
            columns.Values<long>();
            columns.Values<int>();
        }

        if (_chunk.HasShare)
        {
            columns.Values<double>();
        }

        if (_chunk.HasErrors)
        {
            columns.Texts();
        }

        file.Finish(rows.Sum(r => r.Count), _metadata);
    }

    private static List<ParquetColumn> Columns(ChunkSchema chunk)
    {
        var columns = new List<ParquetColumn>
        {
            Text("prediction_id"),
            Always("event_time", ParquetKind.Time),
            Always("arrived_at", ParquetKind.Time),
            Text("model"),
            Text("version"),
            Text("role"),
            Text("rollout"),
            Always("weight", ParquetKind.Float64),
            Number("milliseconds", ParquetKind.Float64),
            Always("failed", ParquetKind.Flag),
            Text("sticky_key"),
            Always("unit", ParquetKind.Int64),
            Text("segments"),
        };
        for (var i = 0; i < chunk.Values.Count; i++)
        {
            columns.Add(chunk.Values[i].Kind switch
            {
                ColumnKind.Number => Number(chunk.Names[i], ParquetKind.Float64),
                ColumnKind.Vector => Number(chunk.Names[i], ParquetKind.Float64List),
                _ => Text(chunk.Names[i]),
            });
        }

        if (chunk.HasCalls)
        {
            columns.AddRange(
            [
                Number("parse_us", ParquetKind.Float32),
                Number("queue_us", ParquetKind.Float32),
                Number("run_us", ParquetKind.Float32),
                Number("write_us", ParquetKind.Float32),
                Always("batch", ParquetKind.Int64),
                Always("batch_rows", ParquetKind.Int32),
            ]);
        }

        if (chunk.HasShare)
        {
            columns.Add(Always(ChunkSchema.ShareField, ParquetKind.Float64));
        }

        if (chunk.HasErrors)
        {
            columns.Add(Text(ChunkSchema.ErrorField));
        }

        return columns;

        static ParquetColumn Text(string name) => new(name, ParquetKind.Text, IsOptional: true);
        static ParquetColumn Number(string name, ParquetKind kind) => new(name, kind, IsOptional: true);
        static ParquetColumn Always(string name, ParquetKind kind) => new(name, kind, IsOptional: false);
    }
}

/// <summary>Which input or output a column of a file is.</summary>
internal sealed record FileColumn(string Column, string Name, ColumnKind Kind, bool IsOutput);
