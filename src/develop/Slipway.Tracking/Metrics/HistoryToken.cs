namespace Slipway.Tracking.Metrics;

/// <summary>Where a page of a history ended.</summary>
internal static class HistoryToken
{
    private static readonly Type[] Types = [typeof(long), typeof(long), typeof(double), typeof(long)];

    public static string Write(MetricPoint point, string query) => PageToken.Write(query, [point.Step, point.Timestamp, point.Stored, point.IsNaN ? 1L : 0L]);

    public static MetricPoint Read(string token, string query) => PageToken.Read(token, query, Types) switch
    {
        [long step, long timestamp, double value, long nan] => new MetricPoint("", nan == 1 ? double.NaN : value, timestamp, step, null),
        _ => throw new InvalidOperationException("A token of a history has four values."),
    };
}
