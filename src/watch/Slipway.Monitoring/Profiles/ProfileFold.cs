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
        for (var row = 0; row < batch.Rows; row++)
        {
            var start = grid.StartOf(batch.EventTimes[row]);
            for (var s = 0; s < width; s++)
            {
                var target = Nowhere;
                if ((s == 0 ? "" : names[s - 1][row]) is { } segment)
                {
                    target = Open(batch.Source, version, segment, start, grid);
                    Count(_open[target].Profile, batch, row);
                }

                targets[(row * width) + s] = target;
            }
        }

        // Column by column: a column's bins stay in the processor's nearest memory, and what kind of column it is is asked once.
        foreach (var column in version.Baseline?.Columns ?? [])
        {
            var values = column.Source == ColumnSource.Input
                ? batch.Inputs.FirstOrDefault(input => input.Name == column.Name)
                : PredictionOutput.Of(batch.Outputs, version.Signature, version.Task);
            if (column.Source != ColumnSource.Label && !(values is null && IsRedacted(column, version)))
            {
                Count(batch, column, values, targets, width, columnsFrom);
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

    private void Count(PredictionBatch batch, BaselineColumn column, LoggedColumn? values, int[] targets, int width, int from)
    {
        // Only buckets that get a value get the column.
        var counts = new ColumnCounts?[_open.Count];
        var numbers = column.Bins.Kind != BinKind.Categories ? (values as NumberValues)?.Values : null;
        for (var row = from; row < batch.Rows; row++)
        {
            if (batch.Failed[row])
            {
                continue;
            }

            for (var s = 0; s < width; s++)
            {
                var target = targets[(row * width) + s];
                if (target == Nowhere)
                {
                    continue;
                }

                var of = counts[target] ??= _open[target].Profile.Column(column.Name, column.Bins);
                if (numbers is not null)
                {
                    of.Add(numbers[row]);
                }
                else
                {
                    ProfileColumn.Add(of, values, row);
                }
            }
        }
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
