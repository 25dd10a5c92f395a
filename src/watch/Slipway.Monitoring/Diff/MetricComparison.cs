using Slipway.Statistics.Quality;

namespace Slipway.Monitoring.Diff;

/// <summary>Puts metrics side by side, with which of them is better. Pure.</summary>
internal static class MetricComparison
{
    /// <summary>Every metric of either, by name.</summary>
    public static IReadOnlyList<MetricDiff> Of(IReadOnlyDictionary<string, double> a, IReadOnlyDictionary<string, double> b) =>
        [.. a.Keys.Union(b.Keys).Order(StringComparer.Ordinal).Select(name => Of(name, Find(a, name), Find(b, name)))];

    private static MetricDiff Of(string metric, double? a, double? b)
    {
        if (a is not { } before || b is not { } after)
        {
            return new MetricDiff(metric, a, b, null, null);
        }

        var better = HigherIsBetter(metric) is not { } up ? null : after == before ? "same" : (after > before) == up ? "b" : "a";
        return new MetricDiff(metric, a, b, after - before, better);
    }

    private static double? Find(IReadOnlyDictionary<string, double> metrics, string name) => metrics.TryGetValue(name, out var value) ? value : null;

    // A command may report metrics of its own, of which nobody here knows the direction.
    private static bool? HigherIsBetter(string metric)
    {
        try
        {
            return QualityMetrics.HigherIsBetter(metric);
        }
        catch (ArgumentException)
        {
            return null;
        }
    }
}
