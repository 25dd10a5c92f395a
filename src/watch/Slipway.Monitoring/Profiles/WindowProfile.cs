using Slipway.Statistics.Drift;
using Slipway.Statistics.Sketches;

namespace Slipway.Monitoring.Profiles;

/// <summary>
/// What is kept of the rows of a bucket, or of a window of them: counts, a sketch of times, columns on the baseline's bins, sums of losses. Its memory does not grow with traffic. Merging what
/// came before with what came after gives what one pass over both would give.
/// </summary>
internal sealed class WindowProfile
{
    private readonly Dictionary<string, ColumnCounts> _columns = [];
    private readonly Dictionary<string, LossSums> _losses = [];

    /// <summary>Rows that were scored and recorded.</summary>
    public long Rows { get; set; }

    /// <summary>Calls that were recorded, failed ones included.</summary>
    public long Calls { get; set; }

    /// <summary>What was answered and not recorded.</summary>
    public UnrecordedTraffic Unrecorded { get; set; } = UnrecordedTraffic.None;

    /// <summary>All calls, as estimated where a share of the answers is recorded.</summary>
    public double AllCalls => Calls + Unrecorded.Calls;

    /// <summary>Calls that failed by the server's or the version's fault.</summary>
    public long Errors { get; set; }

    /// <summary>Rows whose truth is known.</summary>
    public long Labels { get; set; }

    /// <summary>How often labels changed the bucket after a window with it had been judged.</summary>
    public int Revision { get; set; }

    /// <summary>The newest event time, UTC ticks; 0 without rows.</summary>
    public long LastAt { get; set; }

    /// <summary>Milliseconds of the calls that were answered.</summary>
    public QuantileSketch Latency { get; private set; } = new();

    /// <summary>Inputs, the prediction and the label by name.</summary>
    public IReadOnlyDictionary<string, ColumnCounts> Columns => _columns;

    /// <summary>Losses by name.</summary>
    public IReadOnlyDictionary<string, LossSums> Losses => _losses;

    /// <summary>The counts of a column, empty at first.</summary>
    public ColumnCounts Column(string name, ColumnBins bins)
    {
        if (!_columns.TryGetValue(name, out var counts))
        {
            _columns.Add(name, counts = new ColumnCounts(bins));
        }

        return counts;
    }

    /// <summary>The sums of a loss, empty at first.</summary>
    public LossSums Loss(string name)
    {
        if (!_losses.TryGetValue(name, out var sums))
        {
            _losses.Add(name, sums = new LossSums());
        }

        return sums;
    }

    /// <summary>Adds what came after this; without its columns, where only quality is asked for.</summary>
    public void Merge(WindowProfile after, bool columns = true)
    {
        Rows += after.Rows;
        Calls += after.Calls;
        Errors += after.Errors;
        Unrecorded = Unrecorded.Plus(after.Unrecorded);
        Labels += after.Labels;
        Revision += after.Revision;
        LastAt = Math.Max(LastAt, after.LastAt);
        Latency.Merge(after.Latency);
        foreach (var (name, counts) in columns ? after._columns : [])
        {
            Column(name, counts.Bins).Merge(counts);
        }

        foreach (var (name, sums) in after._losses)
        {
            Loss(name).Merge(sums);
        }
    }

    /// <summary>What to store.</summary>
    public ProfileData Save() => new(
        Rows, Calls, Errors, Labels, Revision, LastAt, Latency.Save(), _columns.ToDictionary(c => c.Key, c => c.Value.ToData()), _losses, Unrecorded == UnrecordedTraffic.None ? null : Unrecorded);

    /// <summary>A profile as it was stored; columns whose bins are not known any more are left out.</summary>
    public static WindowProfile Restore(ProfileData data, IReadOnlyDictionary<string, ColumnBins> bins)
    {
        var profile = new WindowProfile
        {
            Rows = data.Rows,
            Calls = data.Calls,
            Errors = data.Errors,
            Unrecorded = data.Unrecorded ?? UnrecordedTraffic.None,
            Labels = data.Labels,
            Revision = data.Revision,
            LastAt = data.LastAt,
            Latency = QuantileSketch.Restore(data.Latency),
        };

        foreach (var (name, counts) in data.Columns)
        {
            if (bins.TryGetValue(name, out var known) && known.Count == counts.Counts.Count)
            {
                profile._columns.Add(name, ColumnCounts.Of(known, counts));
            }
        }

        foreach (var (name, sums) in data.Losses)
        {
            profile._losses.Add(name, sums);
        }

        return profile;
    }
}

/// <summary>A profile at rest.</summary>
internal sealed record ProfileData(
    long Rows,
    long Calls,
    long Errors,
    long Labels,
    int Revision,
    long LastAt,
    QuantileSketchState Latency,
    IReadOnlyDictionary<string, ColumnCountsData> Columns,
    IReadOnlyDictionary<string, LossSums> Losses,
    UnrecordedTraffic? Unrecorded = null);
