using Slipway.Monitoring.Log;
using Slipway.Monitoring.Outcomes;
using Slipway.Statistics.Drift;
using Slipway.Statistics.Quality;

namespace Slipway.Monitoring.Profiles;

/// <summary>Adds predictions and outcomes to their buckets: those of all requests, and those of each of the row's segments.</summary>
internal sealed class ProfileFold(ProfileBook book, SegmentNames segments)
{
    private const int Nowhere = -1;

    private readonly Dictionary<(string Segment, long Start), int> _places = [];
    private readonly List<ProfileBucket> _open = [];
    private double[] _picked = [];

    /// <summary>Names of inputs and outputs that are not recorded: where they do not come nothing is counted, while any other column that does not come is missing.</summary>
    public IReadOnlySet<string> Redacted { get; set; } = new HashSet<string>();

    /// <summary>Adds the rows of a batch; their columns from row <paramref name="columnsFrom"/> on.</summary>
    public void Add(PredictionBatch batch, WatchedVersion version, BucketGrid grid, int columnsFrom = 0)
    {
        var names = segments.Names.Select(name => segments.Read(name, batch)).OfType<string?[]>().ToArray();
        var width = names.Length + 1;
        var targets = new int[batch.Rows * width];
        _open.Clear();
        _places.Clear();
        long last = 0;
        for (var row = 0; row < batch.Rows; row++)
        {
            var start = grid.StartOf(batch.EventTimes[row]);
            for (var s = 0; s < width; s++)
            {
                var target = Nowhere;
                if ((s == 0 ? "" : names[s - 1][row]) is { } segment)
                {
                    // All requests come first, and mostly in the bucket of the row before.
                    target = s == 0 && row > 0 && start == last ? targets[(row - 1) * width] : Open(batch.Source, version, segment, start, grid);
                    Count(_open[target].Profile, batch, row);
                }

                targets[(row * width) + s] = target;
            }

            last = start;
        }

        if (version.Baseline is not { } baseline)
        {
            return;
        }

        // Column by column: a column's bins stay in the processor's nearest memory, and what kind of column it is is asked once.
        var rows = RowsOf(batch, targets, width, columnsFrom);
        foreach (var column in baseline.Columns.Where(column => column.Source != ColumnSource.Label))
        {
            var values = column.Source == ColumnSource.Input
                ? batch.Inputs.FirstOrDefault(input => input.Name == column.Name)
                : PredictionOutput.Of(batch.Outputs, version.Signature, version.Task);
            if (values is not null || !IsRedacted(column, version))
            {
                Count(column, rows, values);
            }
        }
    }

    /// <summary>Adds a truth to the bucket of its prediction. A label that does not fit the model counts nowhere.</summary>
    public void Add(JoinedOutcome outcome, WatchedVersion version, BucketGrid grid)
    {
        if (version.Truth(outcome.Label) is not { } truth)
        {
            return;
        }

        var start = grid.StartOf(outcome.PredictedAt.UtcTicks);
        Add(outcome, version, truth, book.Open(version.Name, outcome.Source.Role, "", start, grid.Bucket.Ticks));
        foreach (var name in segments.Names)
        {
            if (outcome.Segments.TryGetValue(name, out var value) && segments.Find(name, value) is { } segment)
            {
                Add(outcome, version, truth, book.Open(version.Name, outcome.Source.Role, segment, start, grid.Bucket.Ticks));
            }
        }
    }

    private static void Add(JoinedOutcome outcome, WatchedVersion version, double truth, ProfileBucket bucket)
    {
        var profile = bucket.Profile;
        bucket.LabelsChanged = true;
        profile.Labels++;
        foreach (var loss in version.Losses)
        {
            if (OutcomeTruth.Loss(loss, version.Task, truth, outcome.Scores) is { } value && double.IsFinite(value))
            {
                profile.Loss(loss).Add(value);
            }
        }

        if (version.Baseline?.Columns.FirstOrDefault(column => column.Source == ColumnSource.Label) is { } label)
        {
            var counts = profile.Column(label.Name, label.Bins);
            if (version.Task == LearningTask.Regression)
            {
                counts.Add(truth);
            }
            else
            {
                counts.Add(PredictionOutput.ClassName((int)truth, version.Signature.Labels));
            }
        }
    }

    private static void Count(WindowProfile profile, PredictionBatch batch, int row)
    {
        var milliseconds = batch.Milliseconds[row];
        var failed = batch.Failed[row];
        profile.LastAt = Math.Max(profile.LastAt, batch.EventTimes[row]);
        profile.Rows += failed ? 0 : 1;
        profile.Errors += failed ? 1 : 0;
        var isCall = failed || !double.IsNaN(milliseconds);
        profile.Calls += isCall ? 1 : 0;
        if (batch.Source.Share < 1)
        {
            profile.Unrecorded = profile.Unrecorded.Plus(batch.Source.Share, isCall, failed);
        }

        if (!failed && !double.IsNaN(milliseconds))
        {
            profile.Latency.Add(milliseconds);
        }
    }

    // The rows that count for the columns, for each open bucket.
    private List<int>[] RowsOf(PredictionBatch batch, int[] targets, int width, int from)
    {
        var rows = new List<int>[_open.Count];
        for (var i = 0; i < rows.Length; i++)
        {
            rows[i] = [];
        }

        for (var row = from; row < batch.Rows; row++)
        {
            for (var s = 0; s < width && !batch.Failed[row]; s++)
            {
                if (targets[(row * width) + s] is var target and not Nowhere)
                {
                    rows[target].Add(row);
                }
            }
        }

        return rows;
    }

    private void Count(BaselineColumn column, List<int>[] rows, LoggedColumn? values)
    {
        var numbers = column.Bins.Kind != BinKind.Categories ? (values as NumberValues)?.Values : null;
        for (var target = 0; target < rows.Length; target++)
        {
            // Only buckets that get a value get the column.
            var some = rows[target];
            if (some.Count == 0)
            {
                continue;
            }

            var counts = _open[target].Profile.Column(column.Name, column.Bins);
            if (numbers is not null)
            {
                counts.AddRange(some.Count == numbers.Length ? numbers : Pick(numbers, some));
                continue;
            }

            foreach (var row in some)
            {
                ProfileColumn.Add(counts, values, row);
            }
        }
    }

    private ReadOnlySpan<double> Pick(double[] numbers, List<int> rows)
    {
        if (_picked.Length < rows.Count)
        {
            _picked = new double[Math.Max(rows.Count, numbers.Length)];
        }

        for (var i = 0; i < rows.Count; i++)
        {
            _picked[i] = numbers[rows[i]];
        }

        return _picked.AsSpan(0, rows.Count);
    }

    private bool IsRedacted(BaselineColumn column, WatchedVersion version) => Redacted.Count > 0
        && (column.Source == ColumnSource.Input ? Redacted.Contains(column.Name) : version.Signature.Outputs.Any(output => Redacted.Contains(output.Name)));

    private int Open(PredictionSource source, WatchedVersion version, string segment, long start, BucketGrid grid)
    {
        if (!_places.TryGetValue((segment, start), out var place))
        {
            var bucket = book.Open(version.Name, source.Role, segment, start, grid.Bucket.Ticks);
            bucket.RowsChanged = true;
            _places.Add((segment, start), place = _open.Count);
            _open.Add(bucket);
        }

        return place;
    }
}
