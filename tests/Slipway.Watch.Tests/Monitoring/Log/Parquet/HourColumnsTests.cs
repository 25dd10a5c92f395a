using Apache.Arrow;
using Apache.Arrow.Types;
using CsCheck;
using DuckDB.NET.Data;
using Parquet;
using Slipway.Monitoring.Log.Parquet;
using Slipway.Monitoring.Log.Parquet.Format;

namespace Slipway.Watch.Tests.Monitoring.Log.Parquet;

/// <summary>Files are written by Slipway and read by others, so it is others who are asked whether they are right: DuckDB, and a library.</summary>
public sealed class HourColumnsTests : IDisposable
{
    private static readonly ParquetColumn[] Columns =
    [
        new("text", ParquetKind.Text, IsOptional: true),
        new("same", ParquetKind.Text, IsOptional: true),
        new("time", ParquetKind.Time, IsOptional: false),
        new("number", ParquetKind.Float64, IsOptional: true),
        new("float", ParquetKind.Float32, IsOptional: true),
        new("flag", ParquetKind.Flag, IsOptional: false),
        new("count", ParquetKind.Int32, IsOptional: false),
        new("list", ParquetKind.Float64List, IsOptional: true),
    ];

    private static readonly string?[] Texts = [null, "", "a", "é𝄞\0\"", new('x', 300), "b"];

    // Nothing missing, everything, every other one, and as it comes.
    private static readonly Func<int, int, bool>[] Patterns = [(_, _) => false, (_, _) => true, (row, _) => row % 2 == 0, (_, random) => random % 3 == 0];

    private static readonly string?[] Sources = ["one", "two", null];

    private static readonly Gen<Row[]> Rows = Gen.Select(Gen.Int[0, Patterns.Length - 1], Gen.Int[1, 40]).SelectMany((pattern, count) => Gen.Select(
        Gen.Int[0, Texts.Length - 1], Gen.Long[-1_000_000_000_000_000, 4_000_000_000_000_000], Gen.Double, Gen.Bool, Gen.Int, Gen.Double[-5, 5].Array[0, 4], Gen.Int[0, 99],
        (text, time, number, flag, whole, list, random) => (text, time, number, flag, whole, list, random)).Array[count].Select(rows => rows.Select((r, i) =>
        {
            var lacks = Patterns[pattern](i, r.random);
            return new Row(lacks ? null : Texts[r.text], r.time, lacks ? double.NaN : r.number, lacks ? float.NaN : (float)r.random, r.flag, r.whole, lacks ? null : r.list);
        }).ToArray()));

    private readonly TemporaryFolder _folder = new();
    private readonly DuckDBConnection _connection = new("DataSource=:memory:");

    public HourColumnsTests() => _connection.Open();

    public void Dispose()
    {
        _connection.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void Whatever_is_written_is_read_by_others()
    {
        var path = Path.Combine(_folder.Path, "rows.parquet");
        Gen.Select(Gen.Select(Rows, Gen.Int[0, Sources.Length - 1]).Array[1, 5], Gen.Bool).Sample(
            (batches, picked) =>
            {
                var rows = batches.Select(batch => Batch(batch.Item1, Sources[batch.Item2], picked)).ToList();
                Write(path, rows.ConvertAll(r => r.Rows));
                var expected = rows.SelectMany(r => r.Expected).ToList();

                Assert.Equal(expected, Query($"select text, \"same\", epoch_us(time), number, \"float\", flag, count, list from read_parquet('{path}')"));
                Assert.Equal(expected.Select(r => (string?)r[0]), ReadTextsAsync(path).GetAwaiter().GetResult());
            },
            iter: 60,
            threads: 1);
    }

    [Fact]
    public void Measurements_are_not_packed_and_what_repeats_is()
    {
        var path = Path.Combine(_folder.Path, "large.parquet");
        var random = new Random(1);
        var rows = Enumerable.Range(0, 60_000)
            .Select(i => new Row(new Guid(i, 0, 7, new byte[8]).ToString(), i, random.NextDouble(), 1, i % 3 == 0, i, null)).ToArray();
        Write(path, [Batch(rows, "model", picked: false).Rows]);

        Assert.Equal([[60_000L, 60_000L, 1L, rows.Sum(r => r.Time), rows.LongCount(r => r.Flag)]], Query(
            $"select count(*), count(distinct text), count(distinct \"same\"), sum(time)::bigint, count(*) filter (flag) from (select text, \"same\", epoch_us(time) as time, flag from read_parquet('{path}'))"));
        Assert.Equal(
            [["number", "UNCOMPRESSED", 0L], ["same", "UNCOMPRESSED", 0L], ["text", "SNAPPY", 0L]],
            Query($"select path_in_schema, compression, stats_null_count from parquet_metadata('{path}') where path_in_schema in ('number', 'same', 'text') order by all"));
        Assert.InRange((long)Query($"select total_compressed_size from parquet_metadata('{path}') where path_in_schema = 'same'")[0][0]!, 1, 200);
    }

    [Fact]
    public void What_is_smallest_and_largest_is_known_and_of_long_texts_it_is_not()
    {
        var path = Path.Combine(_folder.Path, "known.parquet");
        Row[] rows = [new("b", 5, -0.0, 2, true, -7, [1]), new("é", 3, 0.0, 1, true, 9, [2]), new(null, 4, double.NaN, float.NaN, true, 0, null)];
        Write(path, [Batch(rows, new string('x', 300), picked: false).Rows]);

        Assert.Equal(
            [["count", "-7", "9", 0L], ["float", "1.0", "2.0", 1L], ["number", "-0.0", "0.0", 1L], ["same", null, null, 0L], ["text", "b", "é", 1L]],
            Query($"select path_in_schema, stats_min_value, stats_max_value, stats_null_count from parquet_metadata('{path}') where path_in_schema in ('count', 'float', 'number', 'same', 'text') order by all"));
    }

    [Fact]
    public void A_column_of_many_texts_that_each_batch_has_one_of_is_read()
    {
        var path = Path.Combine(_folder.Path, "many.parquet");
        var row = new Row("", 0, 0, 0, false, 0, null);
        Write(path, [.. Enumerable.Range(0, 700).Select(i => Batch([row, row], $"source {i}", picked: false).Rows)]);

        Assert.Equal(
            Enumerable.Range(0, 700).SelectMany(i => new object?[][] { [$"source {i}"], [$"source {i}"] }),
            Query($"select \"same\" from read_parquet('{path}')"));
    }

    private static void Write(string path, IReadOnlyList<FileRows> rows)
    {
        using var stream = File.Create(path);
        var buffers = new ParquetBuffers();
        var file = new ParquetFile(stream, Columns, buffers);
        var columns = new HourColumns(file, buffers, rows);
        columns.Texts();
        columns.SameText();
        columns.Values<long>();
        columns.Numbers<double>();
        columns.Numbers<float>();
        columns.Flags();
        columns.Values<int>();
        columns.Vectors();
        file.Finish(rows.Sum(r => r.Count), new Dictionary<string, string> { ["slipway.test"] = "yes" });
    }

    // Every third row is left out where rows are picked, as when a batch has rows of several hours.
    private static (FileRows Rows, IEnumerable<object?[]> Expected) Batch(Row[] rows, string? same, bool picked)
    {
        var (texts, sames, times, numbers) = (new StringArray.Builder(), new StringArray.Builder(), new TimestampArray.Builder(TimeUnit.Microsecond), new DoubleArray.Builder());
        var (floats, flags, counts) = (new FloatArray.Builder(), new BooleanArray.Builder(), new Int32Array.Builder());
        var lists = new ListArray.Builder(DoubleType.Default);
        foreach (var row in rows)
        {
            _ = row.Text is null ? texts.AppendNull() : texts.Append(row.Text);
            _ = same is null ? sames.AppendNull() : sames.Append(same);
            times.Append(DateTimeOffset.UnixEpoch.AddMicroseconds(row.Time));
            numbers.Append(row.Number);
            floats.Append(row.Float);
            flags.Append(row.Flag);
            counts.Append(row.Count);
            if (row.List is null)
            {
                lists.AppendNull();
                continue;
            }

            lists.Append();
            ((DoubleArray.Builder)lists.ValueBuilder).AppendRange(row.List);
        }

        IArrowArray[] columns = [texts.Build(), sames.Build(), times.Build(), numbers.Build(), floats.Build(), flags.Build(), counts.Build(), lists.Build()];
        var schema = new Schema([.. Columns.Zip(columns, (column, array) => new Field(column.Name, array.Data.DataType, nullable: true))], null);
        int[]? places = picked ? [.. Enumerable.Range(0, rows.Length).Where(i => i % 3 != 1)] : null;
        return (new FileRows(new RecordBatch(schema, columns, rows.Length), places), (places is null ? rows : places.Select(i => rows[i])).Select(r => r.Expected(same)));
    }

    private static async Task<string?[]> ReadTextsAsync(string path)
    {
        await using var reader = await ParquetReader.CreateAsync(path);
        Assert.Equal("yes", reader.CustomMetadata["slipway.test"]);
        using var group = reader.OpenRowGroupReader(0);
        var texts = new string?[group.RowCount];
        await group.ReadAsync(reader.Schema.DataFields[0], texts.AsMemory()!, null, CancellationToken.None);
        return texts;
    }

    private List<object?[]> Query(string sql)
    {
        using var command = _connection.CreateCommand();
        command.CommandText = sql;
        using var reader = command.ExecuteReader();
        var rows = new List<object?[]>();
        while (reader.Read())
        {
            rows.Add([.. Enumerable.Range(0, reader.FieldCount).Select(i => reader.IsDBNull(i) ? null : reader.GetValue(i))]);
        }

        return rows;
    }

    private sealed record Row(string? Text, long Time, double Number, float Float, bool Flag, int Count, double[]? List)
    {
        public object?[] Expected(string? same) =>
            [Text, same, Time, double.IsNaN(Number) ? null : Number, float.IsNaN(Float) ? null : Float, Flag, Count, List?.ToList()];
    }
}
