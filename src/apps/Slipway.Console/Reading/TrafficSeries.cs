using Slipway.Monitoring.Watching;

namespace Slipway.Console.Reading;

/// <summary>The traffic of one version in one role, bin by bin.</summary>
/// <param name="Version">The version.</param>
/// <param name="Role"><c>stable</c>, <c>candidate</c> or <c>previous</c>.</param>
/// <param name="Rows">Rows by bin.</param>
/// <param name="Labels">Of these, with known truth.</param>
/// <param name="Quality">The metric on the rows with known truth; null in a bin without any.</param>
public sealed record TrafficSeries(string Version, string Role, IReadOnlyList<long> Rows, IReadOnlyList<long> Labels, IReadOnlyList<double?> Quality);

/// <summary>Traffic on even bins of event time. A plot has a few hundred pixels: more bins than that would only make the page heavy.</summary>
/// <param name="From">The first bin's start.</param>
/// <param name="Bin">A bin's length: one or more whole buckets.</param>
/// <param name="Series">One a version and role, in the order in which they first answered, candidates above the stable version of their time.</param>
public sealed record Traffic(DateTimeOffset From, TimeSpan Bin, IReadOnlyList<TrafficSeries> Series)
{
    /// <summary>The most bins.</summary>
    public const int MostBins = 120;

    /// <summary>How many bins there are.</summary>
    public int Bins => Series.Count == 0 ? 0 : Series[0].Rows.Count;

    /// <summary>The end of the last bin.</summary>
    public DateTimeOffset To => From + (Bin * Bins);

    /// <summary>Puts points on bins; at least one point.</summary>
    public static Traffic Of(DeploymentWatch watch)
    {
        var (from, last) = (watch.Points.Min(p => p.At), watch.Points.Max(p => p.At));
        var bucket = watch.Bucket > TimeSpan.Zero ? watch.Bucket : TimeSpan.FromMinutes(1);
        var buckets = ((last - from).Ticks / bucket.Ticks) + 1;
        var bin = bucket * ((buckets + MostBins - 1) / MostBins);
        var bins = (int)(((last - from).Ticks / bin.Ticks) + 1);
        var series = watch.Points
            .GroupBy(p => (p.Version, p.Role))
            .OrderBy(g => g.Min(p => p.At)).ThenBy(g => g.Key.Role == "candidate").ThenBy(g => g.Key.Version, StringComparer.Ordinal)
            .Select(g => Of(g.Key.Version, g.Key.Role, g.ToLookup(p => (int)((p.At - from).Ticks / bin.Ticks)), bins, watch.Metric));
        return new Traffic(from, bin, [.. series]);
    }

    private static TrafficSeries Of(string version, string role, ILookup<int, WatchPoint> points, int bins, string? metric) => new(
        Say.Version(version),
        role,
        [.. Enumerable.Range(0, bins).Select(i => points[i].Sum(p => p.Rows))],
        [.. Enumerable.Range(0, bins).Select(i => points[i].Sum(p => p.Labels))],
        [.. Enumerable.Range(0, bins).Select(i => Mean(points[i], metric))]);

    // Weighted by labels; rmse through its squares. Exact for every metric that is a mean of losses.
    private static double? Mean(IEnumerable<WatchPoint> points, string? metric)
    {
        var (labels, sum, squared) = (0L, 0.0, metric == "rmse");
        foreach (var (quality, count) in points.Where(p => p is { Labels: > 0, Quality: not null }).Select(p => (p.Quality!.Value, p.Labels)))
        {
            labels += count;
            sum += count * (squared ? quality * quality : quality);
        }

        return labels == 0 ? null : squared ? Math.Sqrt(sum / labels) : sum / labels;
    }
}
