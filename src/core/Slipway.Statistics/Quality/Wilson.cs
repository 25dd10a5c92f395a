namespace Slipway.Statistics.Quality;

/// <summary>The score interval of a share (Wilson 1927). Unlike resampling it does not shrink to a point when all rows agree: 20 right of 20 is no proof of 100 %.</summary>
public static class Wilson
{
    // The 97.5 % quantile of the standard normal distribution.
    private const double Z = 1.959963984540054;

    /// <summary>The 95 % interval of a share of <paramref name="successes"/> in <paramref name="trials"/>; null when there are no trials.</summary>
    public static Interval? Of(double successes, long trials)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(trials);
        if (trials == 0)
        {
            return null;
        }

        var share = successes / trials;
        var centre = share + (Z * Z / (2 * trials));
        var reach = Z * Math.Sqrt(((share * (1 - share)) + (Z * Z / (4.0 * trials))) / trials);
        var scale = 1 + (Z * Z / trials);

        // At a share of 0 or 1 the end is exact, and rounding may not carry it beyond.
        return new Interval(successes <= 0 ? 0 : (centre - reach) / scale, successes >= trials ? 1 : (centre + reach) / scale);
    }
}
