namespace Slipway.Monitoring.Watching;

/// <summary>The evidence behind a share of calls.</summary>
internal static class TailProbability
{
    /// <summary>
    /// P(X ≥ <paramref name="events"/>) for X binomial with <paramref name="trials"/> and <paramref name="share"/>: how likely so many events are when the true share is just the limit.
    /// Exact but for rounding.
    /// </summary>
    public static double AtLeast(long events, long trials, double share)
    {
        if (events <= 0 || share >= 1)
        {
            return 1;
        }

        if (events > trials || share <= 0)
        {
            return 0;
        }

        // Below the mean the other tail is the shorter sum.
        return events > trials * share ? Upper(events, trials, share) : 1 - Upper(trials - events + 1, trials, 1 - share);
    }

    private static double Upper(long events, long trials, double share)
    {
        var log = LogFactorial(trials) - LogFactorial(events) - LogFactorial(trials - events) + (events * Math.Log(share)) + ((trials - events) * Math.Log(1 - share));
        var term = Math.Exp(log);
        var sum = 0.0;
        var odds = share / (1 - share);
        for (var k = events; k <= trials && term > sum * 1e-16; k++)
        {
            sum += term;
            term *= (double)(trials - k) / (k + 1) * odds;
        }

        return Math.Min(sum, 1);
    }

    // Stirling's series; exact sums for small numbers, where the series is not.
    private static double LogFactorial(long n)
    {
        if (n < 20)
        {
            var log = 0.0;
            for (var i = 2; i <= n; i++)
            {
                log += Math.Log(i);
            }

            return log;
        }

        double x = n + 1;
        return ((x - 0.5) * Math.Log(x)) - x + (0.5 * Math.Log(2 * Math.PI)) + (1 / (12 * x)) - (1 / (360 * x * x * x)) + (1 / (1260 * Math.Pow(x, 5)));
    }
}
