using System.Runtime.CompilerServices;
using System.Text.Json;
using Parquet;
using Parquet.Meta;
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

    private static readonly string[] Times = ["event_time", "arrived_at"];

    private static readonly ParquetOptions Options = new() { CompressionMethod = CompressionMethod.Snappy };

    private readonly ChunkSchema _chunk;
    private readonly Dictionary<string, string> _metadata;

    public HourFile(ChunkSchema chunk)
    {
        _chunk = chunk;
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
        await columns.TextsAsync();
        await columns.ValuesAsync<long>();
        await columns.ValuesAsync<long>();
        await columns.SameTextAsync();
        await columns.SameTextAsync();
        await columns.SameTextAsync();
        await columns.SameTextAsync();
        await columns.ValuesAsync<double>();
        await columns.NumbersAsync<double>();
        await columns.FlagsAsync();
        await columns.TextsAsync();
        await columns.ValuesAsync<long>();
        await columns.TextsAsync();
        foreach (var column in _chunk.Values)
        {
            await (column.Kind switch
            {
                ColumnKind.Number => columns.NumbersAsync<double>(),
                ColumnKind.Vector => columns.VectorsAsync(),
                _ => columns.TextsAsync(),
            });
        }

        if (_chunk.HasCalls)
        {
            await columns.NumbersAsync<float>();
            await columns.NumbersAsync<float>();
            await columns.NumbersAsync<float>();
            await columns.NumbersAsync<float>();
            await columns.ValuesAsync<long>();
            await columns.ValuesAsync<int>();
        }

        if (_chunk.HasShare)
        {
            await columns.ValuesAsync<double>();
        }

        if (_chunk.HasErrors)
        {
            await columns.TextsAsync();
        }

        // As numbers so far: of DateTime the library (6.1) writes smallest and largest in milliseconds beside values in microseconds, and a reader that filters by time finds nothing.
        foreach (var element in SchemaOf(group).Where(element => Times.Contains(element.Name)))
        {
            element.ConvertedType = ConvertedType.TIMESTAMP_MICROS;
            element.LogicalType = new LogicalType { TIMESTAMP = new TimestampType { IsAdjustedToUTC = true, Unit = new TimeUnit { MICROS = new MicroSeconds() } } };
        }
    }

    // The library has no way in. Should the field go, the tests of Parquet files fail.
    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_thschema")]
    private static extern ref SchemaElement[] SchemaOf(ParquetRowGroupWriter group);

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

        if (_chunk.HasErrors)
        {
            fields.Add(Text(ChunkSchema.ErrorField));
        }

        return new ParquetSchema(fields);

        static DataField Text(string name) => new(name, typeof(string), isNullable: true);
        static DataField Time(string name) => new(name, typeof(long), isNullable: false);
    }
}

/// <summary>Which input or output a column of a file is.</summary>
internal sealed record FileColumn(string Column, string Name, ColumnKind Kind, bool IsOutput);
