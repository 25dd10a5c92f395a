namespace Slipway.Serving.Figures;

/// <summary>
/// The bounds of the duration histogram, in seconds. A histogram can be added up over replicas, which quantiles cannot. Finer than usual below a millisecond,
/// where most of our answers are.
/// </summary>
internal static class DurationBuckets
{
    private static readonly double[] Uppers =
        [0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

    /// <summary>Upper bounds, inclusive; above the last is one bucket more.</summary>
    public static ReadOnlySpan<double> Bounds => Uppers;

    public static int Count => Uppers.Length + 1;

    public static int Find(double seconds)
    {
        var bucket = 0;
        while (bucket < Uppers.Length && seconds > Uppers[bucket])
        {
            bucket++;
        }

        return bucket;
    }
}
