using Slipway.Core.Errors;
using Slipway.Datasets;
using Slipway.Datasets.Files;
using Slipway.Statistics.Drift;

namespace Slipway.Drift;

/// <summary>Compares two files column by column, a few columns at a time: memory is bounded by rows, not by columns.</summary>
internal static class FileComparison
{
    // Of each file at once: 40 MB of numbers, and enough work to keep both the reader and the counters busy.
    private const long CellsAtOnce = 5_000_000;

    // A verb that somebody waits for has no time limit but their patience.
    private static readonly DatasetsOptions Bounds = new() { TimeLimit = TimeSpan.FromDays(1), Threads = Math.Clamp(Environment.ProcessorCount, 1, 16) };

    public static async Task<FileDrift> RunAsync(string baseline, string current, DriftLimits limits, CancellationToken cancellationToken)
    {
        var read = await DataFiles.UseAsync(
            [baseline, current], Bounds, TimeProvider.System, files => Start(files[0], files[1], limits, cancellationToken), cancellationToken);
        var compared = await Task.WhenAll(read.Columns);
        foreach (var (pair, _) in read.Pairs.Zip(compared).Where(p => p.Second is null))
        {
            read.NotCompared.Add(new NotCompared(pair.Baseline.Name, $"{Word(pair.Baseline.Kind)} in the baseline, {Word(pair.Current.Kind)} in the current file"));
        }

        var done = compared.OfType<ColumnComparison>().ToList();
        if (done.Count == 0)
        {
            throw new SlipwayException(ErrorKind.InvalidInput, $"{baseline} and {current} have no column in common that can be compared.")
            {
                Details = [.. read.NotCompared.Select(c => $"{c.Column}: {c.Reason}")],
            };
        }

        var dataset = DriftTest.Judge([.. done.Select(c => c.Drift)], limits);
        var columns = done.Zip(dataset.Columns, (c, drift) => c with { Drift = drift });
        return new FileDrift(baseline, current, read.N, read.M, [.. columns], read.NotCompared, dataset);
    }

    /// <summary>Reads column by column, and starts the comparison of each: while some are counted the next are read, but not more than these.</summary>
    private static Reading Start(DataFile baseline, DataFile current, DriftLimits limits, CancellationToken cancellationToken)
    {
        var (pairs, notCompared) = Pair(baseline, current);
        var atOnce = (int)Math.Clamp(CellsAtOnce / Math.Max(1, Math.Max(baseline.Rows, current.Rows)), 1, 256);
        var room = new SemaphoreSlim(atOnce);
        var columns = new List<Task<ColumnComparison?>>(pairs.Count);
        foreach (var chunk in pairs.Chunk(atOnce))
        {
            var before = baseline.Read([.. chunk.Select(p => p.Baseline)]);
            var now = current.Read([.. chunk.Select(p => p.Current)]);
            foreach (var (first, second) in before.Columns.Zip(now.Columns))
            {
                room.Wait(cancellationToken);
                columns.Add(Task.Run(
                    () =>
                    {
                        try
                        {
                            return Compare(first, second, limits);
                        }
                        finally
                        {
                            room.Release();
                        }
                    },
                    cancellationToken));
            }
        }

        return new Reading(pairs, columns, notCompared, baseline.Rows, current.Rows);
    }

    /// <summary>The comparison, or null when one is numbers, the other text.</summary>
    private static ColumnComparison? Compare(Column baseline, Column current, DriftLimits limits) => (baseline, current) switch
    {
        // A CSV column without any value has no type of its own.
        (NumberColumn, TextColumn { Categories.Count: 0 } now) => ColumnComparison.Of(baseline, new NumberColumn(now.Name, Nothing(now)), limits),
        (TextColumn { Categories.Count: 0 } before, NumberColumn) => ColumnComparison.Of(new NumberColumn(before.Name, Nothing(before)), current, limits),
        _ when baseline.GetType() != current.GetType() => null,
        _ => ColumnComparison.Of(baseline, current, limits),
    };

    private static double[] Nothing(TextColumn column)
    {
        var values = new double[column.Codes.Length];
        Array.Fill(values, double.NaN);
        return values;
    }

    private static (List<(DataFileColumn Baseline, DataFileColumn Current)> Pairs, List<NotCompared> NotCompared) Pair(DataFile baseline, DataFile current)
    {
        var pairs = new List<(DataFileColumn, DataFileColumn)>();
        var notCompared = new List<NotCompared>();
        var others = current.Columns.ToDictionary(c => c.Name, StringComparer.Ordinal);
        foreach (var column in baseline.Columns)
        {
            if (!others.Remove(column.Name, out var other))
            {
                notCompared.Add(new NotCompared(column.Name, "only in the baseline"));
            }
            else if (column.Kind is null || other.Kind is null)
            {
                notCompared.Add(new NotCompared(
                    column.Name, column.Kind == other.Kind ? Word(null) : $"{Word(column.Kind)} in the baseline, {Word(other.Kind)} in the current file"));
            }
            else if (column.Kind == ColumnKind.Time && other.Kind == ColumnKind.Time)
            {
                notCompared.Add(new NotCompared(column.Name, "a time: it moves on by itself"));
            }
            else if (column.Kind == ColumnKind.Time || other.Kind == ColumnKind.Time)
            {
                notCompared.Add(new NotCompared(column.Name, $"{Word(column.Kind)} in the baseline, {Word(other.Kind)} in the current file"));
            }
            else
            {
                pairs.Add((column, other));
            }
        }

        notCompared.AddRange(current.Columns.Where(c => others.ContainsKey(c.Name)).Select(c => new NotCompared(c.Name, "only in the current file")));
        return (pairs, notCompared);
    }

    private static string Word(ColumnKind? kind) => kind switch
    {
        ColumnKind.Number => "number",
        ColumnKind.Text => "text",
        ColumnKind.Time => "time",
        _ => "bytes or nested values",
    };

    private sealed record Reading(
        List<(DataFileColumn Baseline, DataFileColumn Current)> Pairs, List<Task<ColumnComparison?>> Columns, List<NotCompared> NotCompared, long N, long M);
}
