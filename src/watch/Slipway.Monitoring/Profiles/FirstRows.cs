using Slipway.Monitoring.Log;
using Slipway.Statistics.Drift;
using Slipway.Statistics.Quality;

namespace Slipway.Monitoring.Profiles;

/// <summary>The first rows of a version whose training data is not known: bins are made from them, and its first full window after that is its baseline.</summary>
internal sealed class FirstRows
{
    /// <summary>Enough for quantiles; fewer when a whole window has fewer.</summary>
    public const int Most = 1000;

    private readonly Dictionary<string, (ColumnSource Source, List<double>? Numbers, List<string?>? Texts)> _columns = [];

    /// <summary>How many there are.</summary>
    public int Count { get; private set; }

    /// <summary>The event time of the first, UTC ticks; 0 without any.</summary>
    public long Since { get; private set; }

    /// <summary>The event time of the newest, UTC ticks.</summary>
    public long Newest { get; private set; }

    /// <summary>Takes rows until there are enough; says how many of the batch's first rows are dealt with.</summary>
    public int Add(PredictionBatch batch, WatchedVersion version)
    {
        var columns = batch.Inputs.Select(input => (Column: input, Source: ColumnSource.Input)).ToList();
        if (PredictionOutput.Of(batch.Outputs, version.Signature, version.Task) is { } output && columns.All(c => c.Column.Name != output.Name))
        {
            columns.Add((output, ColumnSource.Prediction));
        }

        var row = 0;
        for (; row < batch.Rows && Count < Most; row++)
        {
            if (batch.Failed[row])
            {
                continue;
            }

            Since = Since == 0 ? batch.EventTimes[row] : Math.Min(Since, batch.EventTimes[row]);
            Newest = Math.Max(Newest, batch.EventTimes[row]);
            Count++;
            foreach (var (column, source) in columns)
            {
                Add(column, source, row);
            }
        }

        return row;
    }

    /// <summary>The baseline that begins with the next bucket; its counts follow when its window is full.</summary>
    /// <param name="task">What the version predicts.</param>
    /// <param name="segmentNames">The segments' names.</param>
    /// <param name="start">The window's start, UTC ticks.</param>
    /// <param name="end">Its end.</param>
    public Baseline ToBaseline(LearningTask task, IReadOnlyList<string> segmentNames, long start, long end)
    {
        var columns = new List<BaselineColumn>();
        foreach (var (name, (source, numbers, texts)) in _columns)
        {
            if (ProfileColumn.Bin(numbers is not null ? new NumberValues(name, [.. numbers]) : new TextValues(name, [.. texts!])) is { } bins)
            {
                columns.Add(new BaselineColumn(name, source, bins, new Dictionary<string, ColumnCountsData>()));
            }
        }

        return new Baseline
        {
            Task = task,
            SegmentNames = segmentNames,
            Columns = columns,
            Metrics = new Dictionary<string, double>(),
            Note = "The version's training data is not known, so its first full window is its baseline.",
            WindowStart = start,
            OpenUntil = end,
        };
    }

    /// <summary>What to store.</summary>
    public FirstRowsData Save() => new(
        Count, Since, Newest, [.. _columns.Select(c => new FirstRowsColumn(c.Key, c.Value.Source, c.Value.Numbers?.ConvertAll(n => double.IsFinite(n) ? n : (double?)null), c.Value.Texts))]);

    /// <summary>Goes on from what was stored.</summary>
    public static FirstRows Restore(FirstRowsData data)
    {
        var rows = new FirstRows { Count = data.Count, Since = data.Since, Newest = data.Newest };
        foreach (var column in data.Columns)
        {
            rows._columns.Add(column.Name, (column.Source, column.Numbers?.Select(n => n ?? double.NaN).ToList(), column.Texts?.ToList()));
        }

        return rows;
    }

    private void Add(LoggedColumn column, ColumnSource source, int row)
    {
        if (column is not (NumberValues or TextValues))
        {
            return;
        }

        if (!_columns.TryGetValue(column.Name, out var values))
        {
            _columns.Add(column.Name, values = (source, column is NumberValues ? [] : null, column is TextValues ? [] : null));
        }

        if (column is NumberValues numbers)
        {
            values.Numbers?.Add(numbers.Values[row]);
        }
        else if (column is TextValues texts)
        {
            values.Texts?.Add(texts.Values[row]);
        }
    }
}

/// <summary>First rows at rest.</summary>
internal sealed record FirstRowsData(int Count, long Since, long Newest, IReadOnlyList<FirstRowsColumn> Columns);

/// <summary>One column of them.</summary>
internal sealed record FirstRowsColumn(string Name, ColumnSource Source, IReadOnlyList<double?>? Numbers, IReadOnlyList<string?>? Texts);
