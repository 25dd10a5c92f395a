namespace Slipway.Serving.Figures;

/// <summary>The bounds of the histograms of stages, in seconds: from a microsecond on, for a small model's stages last no longer.</summary>
internal static class StageBuckets
{
    private static readonly double[] Uppers =
    [
        0.000001, 0.0000025, 0.000005, 0.00001, 0.000025, 0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
    ];

    /// <summary>Upper bounds, inclusive; above the last is one bucket more.</summary>
    public static ReadOnlySpan<double> Bounds => Uppers;

    public static int Count => Uppers.Length + 1;

    /// <summary>The bounds in timestamps, so that nothing is divided to find a bucket.</summary>
    public static long[] Ticks(TimeProvider time) => [.. Uppers.Select(seconds => (long)Math.Round(seconds * time.TimestampFrequency))];
}
