using Slipway.Storage;
using Slipway.Tracking.LoggedModels;
using Slipway.Tracking.Runs;

namespace Slipway.Tracking.Metrics;

/// <summary>Writes metrics: the newest value of each, which runs are searched by, and the history.</summary>
internal static class MetricLog
{
    // The newest is the one with the highest step, whenever it came.
    private static readonly Statement Upsert = new("""
        insert into run_metrics (run, key, experiment, value, is_nan, step, timestamp)
        values (@run, @key, @experiment, @value, @is_nan, @step, @timestamp)
        on conflict (run, key) do update
            set value = excluded.value, is_nan = excluded.is_nan, step = excluded.step, timestamp = excluded.timestamp
            where (excluded.step, excluded.timestamp, excluded.value, excluded.is_nan) > (run_metrics.step, run_metrics.timestamp, run_metrics.value, run_metrics.is_nan)
        """);

    public static async Task AddAsync(WriteTransaction transaction, Run run, IReadOnlyList<MetricPoint> points)
    {
        if (points.Count == 0)
        {
            return;
        }

        foreach (var point in Newest(points))
        {
            await transaction.ExecuteAsync(Upsert, run.Id, point.Key, run.Experiment, point.Stored, point.IsNaN ? 1L : 0L, point.Step, point.Timestamp);
        }

        await LoggedModelMetrics.AddAsync(transaction, run, points);
        await MetricArrivals.AddAsync(transaction, run.Id, points);
    }

    private static IEnumerable<MetricPoint> Newest(IReadOnlyList<MetricPoint> points)
    {
        if (points.Count == 1)
        {
            return points;
        }

        var newest = new Dictionary<string, MetricPoint>(points.Count, StringComparer.Ordinal);
        foreach (var point in points)
        {
            if (!newest.TryGetValue(point.Key, out var known) || point.CompareTo(known) > 0)
            {
                newest[point.Key] = point;
            }
        }

        return newest.Values;
    }
}
