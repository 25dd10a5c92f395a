namespace Slipway.Statistics.Distributions;

/// <summary>The limit distribution of √n·D, D the largest distance between two distribution functions (Kolmogorov 1933).</summary>
public static class Kolmogorov
{
    /// <summary>The probability of <paramref name="statistic"/> or more; 1 at 0 and below.</summary>
    public static double Survival(double statistic)
    {
        if (statistic <= 0)
        {
            return 1;
        }

        // Two series of the same function, related by the theta function: each needs a handful of terms on its side.
        return Math.Clamp(statistic < 1.18 ? 1 - SmallBelow(statistic) : LargeAbove(statistic), 0, 1);
    }

    private static double SmallBelow(double x)
    {
        var sum = 0.0;
        for (var k = 1; k <= 19; k += 2)
        {
            sum += Math.Exp(-k * k * Math.PI * Math.PI / (8 * x * x));
        }

        return Math.Sqrt(2 * Math.PI) / x * sum;
    }

    private static double LargeAbove(double x)
    {
        var sum = 0.0;
        for (var k = 10; k >= 1; k--)
        {
            sum += (k % 2 == 1 ? 2 : -2) * Math.Exp(-2.0 * k * k * x * x);
        }

        return sum;
    }
}
