namespace Slipway.Statistics.Quality;

/// <summary>Intervals by resampling (Efron 1979; moving blocks: Künsch 1989).</summary>
public static class Bootstrap
{
    /// <summary>
    /// The percentile interval of <paramref name="statistic"/>, a function of resampled row indices. Seeded: the same call gives the same interval. With a block length above 1
    /// blocks of neighbouring rows are drawn, as time-ordered data needs. Null when the statistic has no value in more than 5 % of the samples.
    /// </summary>
    public static Interval? Percentile(int rows, Func<int[], double?> statistic, int samples = 1000, double level = 0.95, int blockLength = 1, int seed = 1) =>
        throw new NotImplementedException();
}

/// <summary>A closed interval.</summary>
public sealed record Interval(double Low, double High);
