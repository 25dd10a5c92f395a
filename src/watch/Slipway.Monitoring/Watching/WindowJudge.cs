using Slipway.Core.Projects;
using Slipway.Monitoring.Alerts;
using Slipway.Monitoring.Profiles;
using Slipway.Statistics.Drift;

namespace Slipway.Monitoring.Watching;

/// <summary>What a window says: pure functions of its profile, the baseline and the project's limits.</summary>
internal sealed class WindowJudge(MonitorSection limits)
{
    // A limit of 0 would need endless rows as evidence.
    private const double LeastLimit = 0.001;

    private readonly DriftLimits _drift = new(Math.Max(limits.Psi, LeastLimit), Math.Max(limits.Kl, LeastLimit));

    /// <summary>The whole verdict.</summary>
    public WindowVerdict Judge(DateTimeOffset at, WatchedVersion version, string segment, WindowProfile window)
    {
        var drift = DriftTest.Judge(Compare(version.Baseline, segment, window), _drift);

        // Nothing to compare with is no good news.
        var together = drift.Columns.Count == 0 ? DriftVerdict.InsufficientData : drift.Verdict;
        return new WindowVerdict(at, version.Name, segment, Quality(version, segment, window), drift.Columns, together, window.Rows);
    }

    /// <summary>Quality alone, when only labels came: drift stays what it was.</summary>
    public WindowVerdict Judge(WindowVerdict before, WatchedVersion version, WindowProfile window) => before with { Quality = Quality(version, before.Segment, window) };

    /// <summary>What a window finds about inputs, answers and quality.</summary>
    public IEnumerable<Finding> Findings(WindowVerdict verdict)
    {
        foreach (var column in verdict.Drift)
        {
            yield return AlertSentences.Drift(column, _drift, verdict.Segment);
        }

        if (Performance(verdict) is { } performance)
        {
            yield return performance;
        }
    }

    /// <summary>What a window finds about quality; null where there is no verdict.</summary>
    public static Finding? Performance(WindowVerdict verdict) =>
        verdict.Quality is { } quality ? AlertSentences.Performance(quality, verdict.Drift, verdict.Segment) : null;

    /// <summary>What a window of all requests finds about calls. Segments have none: a failed call has no inputs, so in most segments nothing would ever fail.</summary>
    public IEnumerable<Finding> Calls(WindowProfile window)
    {
        foreach (var limit in limits.Latency)
        {
            yield return CallJudge.Latency(window, "", limit);
        }

        yield return CallJudge.Errors(window, "", limits.Errors);
    }

    /// <summary>The metric that a version is watched by.</summary>
    public string MetricOf(WatchedVersion version) =>
        limits.Metric is { } metric && QualityJudge.LossOf(metric) is { } loss && version.Losses.Contains(loss) ? metric : QualityJudge.MetricOf(version.Task);

    private static List<ColumnDrift> CompareAll(Baseline baseline, string segment, WindowProfile window, DriftLimits limits)
    {
        var columns = new List<ColumnDrift>();
        foreach (var column in baseline.Columns.Where(column => column.Source != ColumnSource.Label))
        {
            if (column.Find(segment) is { Rows: > 0 } counts && window.Columns.TryGetValue(column.Name, out var current) && current.Bins.Equals(column.Bins))
            {
                columns.Add(DriftTest.Compare(column.Name, counts, current, limits, ordered: true));
            }
        }

        return columns;
    }

    private List<ColumnDrift> Compare(Baseline? baseline, string segment, WindowProfile window) =>
        baseline is null or { OpenUntil: not null } ? [] : CompareAll(baseline, segment, window, _drift);

    private QualityVerdict? Quality(WatchedVersion version, string segment, WindowProfile window)
    {
        var metric = MetricOf(version);
        var loss = QualityJudge.LossOf(metric)!;
        return window.Losses.TryGetValue(loss, out var losses) && BaselineOf(version.Baseline, metric, loss, segment) is { } baseline
            ? QualityJudge.Judge(metric, losses, window.Rows, baseline, limits.Degradation)
            : null;
    }

    // Some segments are harder than others: a segment's baseline is that of all rows, times how it compares with them on the snapshot. (Which rows were held out is not known here.)
    private static double? BaselineOf(Baseline? baseline, string metric, string loss, string segment)
    {
        if (baseline is null || !baseline.Metrics.TryGetValue(metric, out var value))
        {
            return null;
        }

        if (segment.Length == 0)
        {
            return value;
        }

        return baseline.Losses.TryGetValue("", out var all) && all.TryGetValue(loss, out var mean) && mean > 0
            && baseline.Losses.TryGetValue(segment, out var own) && own.TryGetValue(loss, out var part)
            ? Math.Max(0, QualityJudge.ValueOf(metric, QualityJudge.LossAt(metric, value) * part / mean))
            : null;
    }
}
