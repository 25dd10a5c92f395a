using Slipway.Statistics.Distributions;

namespace Slipway.Statistics.Drift;

/// <summary>Distances of two samples of numbers that bins cannot give.</summary>
public static class TwoSamples
{
    /// <summary>
    /// The two-sided Kolmogorov-Smirnov statistic, and its asymptotic p-value: Q(√(n1 n2/(n1 + n2))·D) with Kolmogorov's limit distribution (Smirnov 1939). The p-value is cautious on
    /// numbers with many ties. Null when a sample is empty.
    /// </summary>
    public static KolmogorovSmirnov? KolmogorovSmirnov(SortedSample first, SortedSample second) => Compare(first, second).Ks;

    /// <summary>
    /// The Wasserstein-1 distance ∫|F − G| in the column's own unit: how far a row has to move on average (Vallender 1974). Null when a sample is empty or holds an infinite number.
    /// </summary>
    public static double? Wasserstein(SortedSample first, SortedSample second) => Compare(first, second).Wasserstein;

    /// <summary>Both in one pass over the two samples.</summary>
    internal static (KolmogorovSmirnov? Ks, double? Wasserstein) Compare(SortedSample first, SortedSample second)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        var a = first.Values;
        var b = second.Values;
        if (a.IsEmpty || b.IsEmpty)
        {
            return (null, null);
        }

        var (perA, perB) = (1.0 / a.Length, 1.0 / b.Length);
        var (i, j, largest, area) = (0, 0, 0.0, 0.0);
        var (nextA, nextB) = (a[0], b[0]);
        while (i < a.Length || j < b.Length)
        {
            // Rows of one value are passed together: the distance counts only between values.
            var value = Math.Min(nextA, nextB);
            while (nextA == value && i < a.Length)
            {
                nextA = ++i < a.Length ? a[i] : double.PositiveInfinity;
            }

            while (nextB == value && j < b.Length)
            {
                nextB = ++j < b.Length ? b[j] : double.PositiveInfinity;
            }

            if (i == a.Length && j == b.Length)
            {
                break;
            }

            var distance = Math.Abs((i * perA) - (j * perB));
            largest = Math.Max(largest, distance);
            area += distance * (Math.Min(nextA, nextB) - value);
        }

        var rows = (double)a.Length * b.Length / ((double)a.Length + b.Length);
        var infinite = double.IsInfinity(a[0]) || double.IsInfinity(a[^1]) || double.IsInfinity(b[0]) || double.IsInfinity(b[^1]);
        return (new KolmogorovSmirnov(largest, Kolmogorov.Survival(Math.Sqrt(rows) * largest)), infinite || !double.IsFinite(area) ? null : area);
    }
}

/// <summary>A Kolmogorov-Smirnov test: the largest distance of the two distribution functions (0…1), and its p-value.</summary>
public sealed record KolmogorovSmirnov(double Statistic, double P);
