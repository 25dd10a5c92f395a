using System.Data.Common;
using Slipway.Tracking.Runs;

namespace Slipway.Tracking.Metrics;

/// <summary>
/// Steps at which long histories are looked at: evenly spaced over the range that the runs have together, so that their points lie under each other in a plot. It seeks each step in the
/// table's order, so a million points cost no more than the few thousand that are shown.
/// </summary>
internal sealed class MetricSample
{
    private readonly string _key;
    private readonly long _first;
    private readonly long _last;
    private readonly int _most;

    private MetricSample(string key, long first, long last, int most)
    {
        _key = key;
        _first = first;
        _last = last;
        _most = most;
    }

    /// <summary>Finds the range of the steps between <paramref name="start"/> and <paramref name="end"/> that the runs have.</summary>
    public static async Task<MetricSample> PlanAsync(DbConnection connection, IReadOnlyList<Run> runs, string key, long start, long end, int most)
    {
        var (first, last) = (long.MaxValue, long.MinValue);
        foreach (var run in runs)
        {
            var history = await MetricHistory.OpenAsync(connection, run.Id, key);
            if (await history.FirstStepAsync(start) is { } from && from <= end)
            {
                first = Math.Min(first, from);
                last = Math.Max(last, (await history.LastStepAsync(end))!.Value);
            }
        }

        return new MetricSample(key, first, last, most);
    }

    /// <summary>A run's points: all of them when they are few, else those at the sample's steps and at its own first and last; of each the first values, at most as many as were asked for.</summary>
    public async Task<IReadOnlyList<MetricPoint>> ReadAsync(DbConnection connection, Run run)
    {
        if (_first > _last)
        {
            return [];
        }

        var history = await MetricHistory.OpenAsync(connection, run.Id, _key);
        var all = await history.ReadAsync(MetricHistory.Before(_first), _last, _most + 1);
        if (all.Count <= _most)
        {
            return all;
        }

        // The run's last step has a place of its own among those that were asked for. The range may be all of 64 bits, so it is counted in 128.
        var places = Math.Max(_most - 1, 1);
        var steps = await history.FirstStepsAsync(Enumerable.Range(0, places).Select(i => (long)(_first + (((Int128)_last - _first) * i / places))), _last);
        steps.Add((await history.LastStepAsync(_last))!.Value);
        return await history.ReadStepsAsync(steps, _most);
    }
}
