namespace Slipway.Statistics.Quality;

/// <summary>Intervals by resampling (Efron 1979; moving blocks: Künsch 1989).</summary>
public static class Bootstrap
{
    /// <summary>
    /// The percentile interval of <paramref name="statistic"/>, a function of resampled row indices. Seeded: the same call gives the same interval. With a block length above 1
    /// blocks of neighbouring rows are drawn, as time-ordered data needs. Null when the statistic has no value in more than 5 % of the samples, and when there are fewer than two
    /// blocks of rows, because then every sample is the same and the interval would look certain.
    /// </summary>
    /// <param name="rows">The number of rows to draw from; each sample has as many.</param>
    /// <param name="statistic">Must not keep the array: it is filled again for the next sample.</param>
    /// <param name="samples">How often to draw.</param>
    /// <param name="level">The share of the samples' values that the interval holds, between 0 and 1.</param>
    /// <param name="blockLength">Rows a block.</param>
    /// <param name="seed">Where the random numbers begin.</param>
    public static Interval? Percentile(int rows, Func<int[], double?> statistic, int samples = 1000, double level = 0.95, int blockLength = 1, int seed = 1)
    {
        ArgumentNullException.ThrowIfNull(statistic);
        ArgumentOutOfRangeException.ThrowIfNegative(rows);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(samples);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(blockLength);
        if (!(level is > 0 and < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(level), level, "A level lies between 0 and 1.");
        }

        if (rows < 2L * blockLength)
        {
            return null;
        }

        var random = new SeededRandom(seed);
        var indices = new int[rows];
        var values = new double[samples];
        var found = 0;
        for (var sample = 0; sample < samples; sample++)
        {
            Draw(random, indices, blockLength);
            if (statistic(indices) is { } value && !double.IsNaN(value))
            {
                values[found++] = value;
            }
        }

        if (samples - found > 0.05 * samples)
        {
            return null;
        }

        var sorted = values.AsSpan(0, found);
        sorted.Sort();
        return new Interval(Quantile(sorted, (1 - level) / 2), Quantile(sorted, (1 + level) / 2));
    }

    private static void Draw(SeededRandom random, int[] indices, int blockLength)
    {
        var rows = indices.Length;
        if (blockLength == 1)
        {
            for (var i = 0; i < rows; i++)
            {
                indices[i] = random.Next(rows);
            }

            return;
        }

        // Blocks overlap, and the last one is cut so that every sample has as many rows as the data.
        for (var i = 0; i < rows; i += blockLength)
        {
            var start = random.Next(rows - blockLength + 1);
            var length = Math.Min(blockLength, rows - i);
            for (var j = 0; j < length; j++)
            {
                indices[i + j] = start + j;
            }
        }
    }

    /// <summary>Linear interpolation between order statistics, as numpy's default.</summary>
    private static double Quantile(ReadOnlySpan<double> sorted, double share)
    {
        var position = share * (sorted.Length - 1);
        var below = (int)position;
        return below + 1 < sorted.Length ? double.Lerp(sorted[below], sorted[below + 1], position - below) : sorted[below];
    }
}

/// <summary>A closed interval.</summary>
public sealed record Interval(double Low, double High);
