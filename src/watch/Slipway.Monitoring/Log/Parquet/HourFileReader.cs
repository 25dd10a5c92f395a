using System.Text.Json;
using Parquet;
using Parquet.Schema;
using Slipway.Core.Names;
using Slipway.Monitoring.Log.Chunks;
using Slipway.Monitoring.Log.Recording;

namespace Slipway.Monitoring.Log.Parquet;

/// <summary>Reads rows of a Parquet file back into batches.</summary>
internal static class HourFileReader
{
    /// <summary>
    /// The rows whose id is <paramref name="wanted"/>, a batch for each source. A column without any value in them is left out unless the <paramref name="whole"/> is asked for: the file does not say
    /// which of its columns a row had.
    /// </summary>
    public static async Task<IReadOnlyList<PredictionBatch>> ReadAsync(string deployment, string path, Func<string, bool> wanted, bool whole, CancellationToken cancellationToken)
    {
        await using var reader = await ParquetReader.CreateAsync(path, cancellationToken: cancellationToken);
        var columns = JsonSerializer.Deserialize<FileColumn[]>(reader.CustomMetadata[HourFile.ColumnsKey])!;
        var batches = new List<PredictionBatch>();
        for (var i = 0; i < reader.RowGroupCount; i++)
        {
            using var group = reader.OpenRowGroupReader(i);
            var file = new GroupReader(group, reader.Schema.DataFields, cancellationToken);
            var ids = await file.TextsAsync(0);
            var rows = Enumerable.Range(0, ids.Length).Where(r => wanted(ids[r]!)).ToArray();
            if (rows.Length > 0)
            {
                batches.AddRange(await ReadAsync(deployment, file, rows, columns, whole));
            }
        }

        return batches;
    }

    private static async Task<List<PredictionBatch>> ReadAsync(string deployment, GroupReader file, int[] rows, FileColumn[] columns, bool whole)
    {
        var ids = await file.TextsAsync(0);
        var eventTimes = await file.TimesAsync(1);
        var arrivals = await file.TimesAsync(2);
        var models = await file.TextsAsync(3);
        var versions = await file.TextsAsync(4);
        var roles = await file.TextsAsync(5);
        var rollouts = await file.TextsAsync(6);
        var weights = await file.ValuesAsync<double>(7);
        var milliseconds = await file.NumbersAsync(8);
        var failed = await file.ValuesAsync<bool>(9);
        var keys = await file.TextsAsync(10);
        var units = await file.ValuesAsync<long>(11);
        var segments = await file.TextsAsync(12);
        var values = new List<(FileColumn Column, LoggedColumn Values)>();
        for (var i = 0; i < columns.Length; i++)
        {
            values.Add((columns[i], await file.ColumnAsync(ChunkSchema.FixedColumns + i, columns[i])));
        }

        var calls = await file.CallsAsync(ChunkSchema.FixedColumns + columns.Length);
        var shares = await file.SharesAsync(ChunkSchema.FixedColumns + columns.Length + ChunkSchema.CallFields);
        var batches = new List<PredictionBatch>();
        foreach (var source in rows.GroupBy(Source))
        {
            var at = source.ToArray();
            var present = values.ConvertAll(v => (v.Column.IsOutput, Values: Pick(v.Values, at, whole))).FindAll(v => v.Values is not null);
            batches.Add(new PredictionBatch
            {
                Source = source.Key,
                Rows = at.Length,
                Ids = IdColumn.Of(Pick(ids, at)!),
                EventTimes = Pick(eventTimes, at),
                Arrivals = Pick(arrivals, at),
                Milliseconds = Pick(milliseconds, at),
                Calls = calls?.Pick(at),
                Failed = Pick(failed, at),
                Keys = Pick(keys, at),
                Units = Array.ConvertAll(Pick(units, at), unit => (ulong)unit),
                Segments = JsonTexts.ReadSegments(Pick(segments, at)),
                Inputs = [.. present.Where(v => !v.IsOutput).Select(v => v.Values!)],
                Outputs = [.. present.Where(v => v.IsOutput).Select(v => v.Values!)],
            });
        }

        return batches;

        PredictionSource Source(int row) => new(
            deployment, new VersionReference(models[row]!, SemanticVersion.Parse(versions[row]!)), roles[row]!, rollouts[row], weights[row], shares?[row] ?? 1);
    }

    private static T[] Pick<T>(T[] values, int[] rows) => Array.ConvertAll(rows, row => values[row]);

    private static LoggedColumn? Pick(LoggedColumn column, int[] rows, bool whole) => column switch
    {
        NumberValues numbers when Pick(numbers.Values, rows) is var some && (whole || !some.All(double.IsNaN)) => new NumberValues(column.Name, some),
        TextValues texts when Pick(texts.Values, rows) is var some && (whole || some.Any(v => v is not null)) => new TextValues(column.Name, some),
        VectorValues vectors when Pick(vectors.Values, rows) is var some && (whole || some.Any(v => v is not null)) => new VectorValues(column.Name, some),
        DigestValues digests when Pick(digests.Values, rows) is var some && (whole || some.Any(v => v is not null)) => new DigestValues(column.Name, some),
        _ => null,
    };

    /// <summary>The columns of one row group.</summary>
    private sealed class GroupReader(ParquetRowGroupReader group, DataField[] fields, CancellationToken cancellationToken)
    {
        private readonly int _rows = checked((int)group.RowCount);

        public async Task<string?[]> TextsAsync(int column)
        {
            var texts = new string?[_rows];
            await group.ReadAsync(fields[column], texts.AsMemory()!, null, cancellationToken);
            return texts;
        }

        public async Task<T[]> ValuesAsync<T>(int column)
            where T : struct
        {
            var values = new T[_rows];
            await group.ReadAsync<T>(fields[column], values.AsMemory(), null, cancellationToken);
            return values;
        }

        public async Task<long[]> TimesAsync(int column) => Array.ConvertAll(await ValuesAsync<DateTime>(column), time => time.Ticks);

        public async Task<double[]> NumbersAsync(int column)
        {
            var values = new double?[_rows];
            await group.ReadAsync<double>(fields[column], values.AsMemory(), null, cancellationToken);
            return Array.ConvertAll(values, value => value ?? double.NaN);
        }

        /// <summary>The columns of calls; null in a file from before there were any.</summary>
        public async Task<CallColumns?> CallsAsync(int column) => fields.Length < column + ChunkSchema.CallFields ? null : new CallColumns(
            await FloatsAsync(column),
            await FloatsAsync(column + 1),
            await FloatsAsync(column + 2),
            await FloatsAsync(column + 3),
            await ValuesAsync<long>(column + 4),
            await ValuesAsync<int>(column + 5));

        /// <summary>The shares of what was recorded; null in a file from before there were any.</summary>
        public async Task<double[]?> SharesAsync(int column) => fields.Length <= column ? null : await ValuesAsync<double>(column);

        private async Task<float[]> FloatsAsync(int column)
        {
            var values = new float?[_rows];
            await group.ReadAsync<float>(fields[column], values.AsMemory(), null, cancellationToken);
            return Array.ConvertAll(values, value => value ?? float.NaN);
        }

        public async Task<LoggedColumn> ColumnAsync(int column, FileColumn described) => described.Kind switch
        {
            ColumnKind.Number => new NumberValues(described.Name, await NumbersAsync(column)),
            ColumnKind.Text => new TextValues(described.Name, await TextsAsync(column)),
            ColumnKind.Digest => new DigestValues(described.Name, Array.ConvertAll(await TextsAsync(column), JsonTexts.ReadDigest)),
            _ => new VectorValues(described.Name, await VectorsAsync(column)),
        };

        // See HourFile for the levels.
        private async Task<double[]?[]> VectorsAsync(int column)
        {
            var count = checked((int)group.GetMetadata(fields[column])!.MetaData!.NumValues);
            var values = new double[count];
            var definitions = new int[count];
            var repetitions = new int[count];
            await group.ReadRawAsync<double>(fields[column], values.AsMemory(), definitions.AsMemory(), repetitions.AsMemory(), cancellationToken);
            var vectors = new double[]?[_rows];
            var row = -1;
            var at = 0;
            for (var i = 0; i < count;)
            {
                row++;
                var length = definitions[i] == 2 ? 1 : 0;
                var next = i + 1;
                for (; next < count && repetitions[next] == 1; next++)
                {
                    length++;
                }

                vectors[row] = definitions[i] == 0 ? null : values.AsSpan(at, length).ToArray();
                at += length;
                i = next;
            }

            return vectors;
        }
    }
}
