using System.Text.Json;
using Parquet;
using Slipway.Core.Names;
using Slipway.Monitoring.Log.Chunks;

namespace Slipway.Monitoring.Log.Parquet;

/// <summary>Reads rows of a Parquet file back into batches.</summary>
internal static class HourFileReader
{
    // Where the columns are that rows are looked for by; see HourFile.
    private const int Ids = 0;
    private const int Arrivals = 2;
    private const int Models = 3;
    private const int Versions = 4;

    /// <summary>
    /// The rows whose id is among <paramref name="wanted"/>, or all of them; a batch for each source. A column without any value in them is left out unless the <paramref name="whole"/> is asked for:
    /// the file does not say which of its columns a row had. Of a group of rows without such an id nothing is read where the footer tells so, else the ids.
    /// </summary>
    public static async Task<IReadOnlyList<PredictionBatch>> ReadAsync(string deployment, string path, WantedIds? wanted, bool whole, SearchReads reads, CancellationToken cancellationToken)
    {
        await using var reader = await OpenAsync(path, reads, cancellationToken);
        var columns = Columns(reader);
        var batches = new List<PredictionBatch>();
        for (var i = 0; i < reader.RowGroupCount; i++)
        {
            using var group = reader.OpenRowGroupReader(i);
            var file = new GroupReader(group, reader.Schema.DataFields, reads, cancellationToken);
            if (wanted is not null && file.TextRange(Ids) is var (first, last) && !wanted.AnyBetween(first, last))
            {
                continue;
            }

            reads.AddGroup();
            var ids = await file.TextsAsync(Ids);
            var rows = Enumerable.Range(0, ids.Length).Where(r => wanted is null || wanted.Contains(ids[r])).ToArray();
            if (rows.Length > 0)
            {
                batches.AddRange(await ReadAsync(deployment, file, ids, rows, columns, whole));
            }
        }

        return batches;
    }

    /// <summary>The ids of the rows that a condition holds for. What says most is read first, and nothing more once no row is left.</summary>
    public static async Task<IReadOnlyList<string>> ListIdsAsync(string path, RowCondition condition, SearchReads reads, CancellationToken cancellationToken)
    {
        await using var reader = await OpenAsync(path, reads, cancellationToken);
        var calls = ChunkSchema.FixedColumns + Columns(reader).Length;
        var found = new List<string>();
        for (var i = 0; i < reader.RowGroupCount; i++)
        {
            using var group = reader.OpenRowGroupReader(i);
            var file = new GroupReader(group, reader.Schema.DataFields, reads, cancellationToken);
            if (file.Range(Arrivals) is var (least, most) && (most < condition.From || least > condition.To))
            {
                continue;
            }

            reads.AddGroup();
            var rows = await FindAsync(file, condition, calls);
            if (rows.Length > 0)
            {
                var ids = await file.TextsAsync(Ids);
                found.AddRange(rows.Select(row => ids[row]!).Where(id => id.StartsWith(condition.Prefix, StringComparison.Ordinal)));
            }
        }

        return found;
    }

    private static async Task<int[]> FindAsync(GroupReader file, RowCondition condition, int calls)
    {
        var arrivals = await file.TimesAsync(Arrivals);
        int[] rows = [.. Enumerable.Range(0, arrivals.Length).Where(row => arrivals[row] >= condition.Arrivals.From.Ticks && arrivals[row] <= condition.Arrivals.To.Ticks)];
        if (rows.Length > 0 && condition.Run is { } run)
        {
            rows = file.Has(calls + ChunkSchema.CallFields - 1) ? Where(await file.ValuesAsync<long>(calls + 4), run.Number) : [];
            rows = rows.Length > 0 ? Where(await file.ValuesAsync<int>(calls + 5), run.Rows) : rows;
            rows = rows.Length > 0 ? Where(await file.FloatsAsync(calls + 2), run.Microseconds) : rows;
        }

        rows = rows.Length > 0 ? Where(await file.TextsAsync(Models), condition.Version.Model) : rows;
        return rows.Length > 0 ? Where(await file.TextsAsync(Versions), condition.Version.Version.ToString()) : rows;

        int[] Where<T>(T[] values, T wanted) => Array.FindAll(rows, row => EqualityComparer<T>.Default.Equals(values[row], wanted));
    }

    private static async Task<ParquetReader> OpenAsync(string path, SearchReads reads, CancellationToken cancellationToken)
    {
        reads.AddFile();
        return await ParquetReader.CreateAsync(path, cancellationToken: cancellationToken);
    }

    private static FileColumn[] Columns(ParquetReader reader) => JsonSerializer.Deserialize<FileColumn[]>(reader.CustomMetadata[HourFile.ColumnsKey])!;

    private static async Task<List<PredictionBatch>> ReadAsync(string deployment, GroupReader file, string?[] ids, int[] rows, FileColumn[] columns, bool whole)
    {
        var eventTimes = await file.TimesAsync(1);
        var arrivals = await file.TimesAsync(Arrivals);
        var models = await file.TextsAsync(Models);
        var versions = await file.TextsAsync(Versions);
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

        // What was kept later stands behind the values, and is missing in files from before.
        var next = ChunkSchema.FixedColumns + columns.Length;
        var calls = await file.CallsAsync(next);
        next += ChunkSchema.CallFields;
        var shares = file.Has(next) ? await file.ValuesAsync<double>(next) : null;
        var errors = file.Has(next + 1) ? await file.TextsAsync(next + 1) : null;
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
                Errors = errors is not null && Pick(errors, at) is var some && Array.Exists(some, error => error is not null) ? some : null,
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
}
