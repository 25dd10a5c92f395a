using Slipway.Statistics.Distributions;

namespace Slipway.Statistics.Drift;

/// <summary>Distances of two discrete distributions: <c>p</c> of the baseline, <c>q</c> of the current rows. Both sum to 1 and have the same bins.</summary>
internal static class Distances
{
    /// <summary>What a share counts at least in PSI and KL: an empty bin would make them infinite.</summary>
    public const double Floor = 1e-4;

    /// <summary>Shares raised to at least <see cref="Floor"/> and made to sum to 1 again.</summary>
    public static double[] Raise(double[] shares)
    {
        var raised = Array.ConvertAll(shares, share => Math.Max(share, Floor));
        var sum = raised.Sum();
        return Array.ConvertAll(raised, share => share / sum);
    }

    /// <summary>Population stability index Σ(q − p) ln(q/p) of raised shares: the divergence of Jeffreys (1946).</summary>
    public static double Psi(double[] p, double[] q) => Sum(p, q, (a, b) => (b - a) * Math.Log(b / a));

    /// <summary>KL(q‖p) = Σ q ln(q/p) of raised shares, in nats (Kullback and Leibler 1951).</summary>
    public static double Kl(double[] p, double[] q) => Sum(p, q, (a, b) => b * Math.Log(b / a));

    /// <summary>The square root of the Jensen-Shannon divergence in bits: a metric, 0…1 (Endres and Schindelin 2003).</summary>
    public static double Js(double[] p, double[] q) => Math.Sqrt(Math.Clamp(0.5 * Sum(p, q, (a, b) => Part(a, (a + b) / 2) + Part(b, (a + b) / 2)), 0, 1));

    /// <summary>√(1 − Σ√(pq)), 0…1 (Hellinger 1909).</summary>
    public static double Hellinger(double[] p, double[] q) => Math.Sqrt(Math.Clamp(1 - Sum(p, q, (a, b) => Math.Sqrt(a * b)), 0, 1));

    /// <summary>½ Σ|p − q|.</summary>
    public static double TotalVariation(double[] p, double[] q) => 0.5 * Sum(p, q, (a, b) => Math.Abs(a - b));

    /// <summary>The largest |p − q|.</summary>
    public static double Largest(double[] p, double[] q) => p.Zip(q, (a, b) => Math.Abs(a - b)).Max();

    /// <summary>χ² of homogeneity of two rows of counts, without continuity correction (Pearson 1900): n·m·Σ(a/n − b/m)²/(a + b). Bins that are empty on both sides count for nothing.</summary>
    public static double Chi2(ReadOnlySpan<long> first, ReadOnlySpan<long> second)
    {
        var (n, m) = ((double)Total(first), (double)Total(second));
        var sum = 0.0;
        for (var i = 0; i < first.Length; i++)
        {
            if (first[i] + second[i] > 0)
            {
                var distance = (first[i] / n) - (second[i] / m);
                sum += distance * distance / (first[i] + second[i]);
            }
        }

        return n * m * sum;
    }

    /// <summary>The probability of such a χ² or a larger one over <paramref name="bins"/> occupied bins; 1 for a single one.</summary>
    public static double Chi2P(double chi2, int bins) => bins < 2 ? 1 : ChiSquared.Survival(chi2, bins - 1);

    /// <summary>Bins with a row on either side.</summary>
    public static int Occupied(ReadOnlySpan<long> first, ReadOnlySpan<long> second)
    {
        var bins = 0;
        for (var i = 0; i < first.Length; i++)
        {
            bins += first[i] + second[i] > 0 ? 1 : 0;
        }

        return bins;
    }

    private static long Total(ReadOnlySpan<long> counts)
    {
        long sum = 0;
        foreach (var count in counts)
        {
            sum += count;
        }

        return sum;
    }

    private static double Part(double share, double middle) => share == 0 ? 0 : share * Math.Log2(share / middle);

    private static double Sum(double[] p, double[] q, Func<double, double, double> term)
    {
        var sum = 0.0;
        for (var i = 0; i < p.Length; i++)
        {
            sum += term(p[i], q[i]);
        }

        return sum;
    }
}
