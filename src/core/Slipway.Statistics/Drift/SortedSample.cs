namespace Slipway.Statistics.Drift;

/// <summary>The present numbers of a column in ascending order: what quantiles, Kolmogorov-Smirnov and Wasserstein distances are read from.</summary>
public sealed class SortedSample
{
    private readonly double[] _values;
    private readonly int _count;

    private SortedSample(double[] values, int count) => (_values, _count) = (values, count);

    /// <summary>The numbers, ascending, infinite ones at the ends.</summary>
    public ReadOnlySpan<double> Values => _values.AsSpan(0, _count);

    /// <summary>Sorts a copy of <paramref name="values"/> without its NaN, which are missing values.</summary>
    public static SortedSample Of(ReadOnlySpan<double> values) => InPlace(values.ToArray());

    /// <summary>As <see cref="Of"/>, but in <paramref name="values"/> itself, which now belongs to the sample and holds its numbers first, then NaN.</summary>
    public static SortedSample InPlace(double[] values)
    {
        ArgumentNullException.ThrowIfNull(values);
        var present = 0;
        for (var i = 0; i < values.Length; i++)
        {
            var value = values[i];
            if (!double.IsNaN(value))
            {
                values[i] = values[present];
                values[present++] = value;
            }
        }

        RadixSort.Sort(values.AsSpan(0, present));
        return new SortedSample(values, present);
    }

    /// <summary>The quantile at <paramref name="share"/> (0…1) of the finite numbers, interpolated linearly as numpy does by default; null when there are none.</summary>
    public double? Quantile(double share)
    {
        var finite = Finite;
        return finite.IsEmpty ? null : Quantile(finite, share);
    }

    /// <summary>The numbers that are not infinite.</summary>
    internal ReadOnlySpan<double> Finite
    {
        get
        {
            var values = Values;
            while (!values.IsEmpty && double.IsInfinity(values[0]))
            {
                values = values[1..];
            }

            while (!values.IsEmpty && double.IsInfinity(values[^1]))
            {
                values = values[..^1];
            }

            return values;
        }
    }

    /// <summary>The first <paramref name="limit"/> distinct finite numbers at most.</summary>
    internal List<double> Distinct(int limit)
    {
        var distinct = new List<double>();
        foreach (var value in Finite)
        {
            if (distinct.Count == limit)
            {
                break;
            }

            if (distinct.Count == 0 || value != distinct[^1])
            {
                distinct.Add(value);
            }
        }

        return distinct;
    }

    private static double Quantile(ReadOnlySpan<double> sorted, double share)
    {
        var position = share * (sorted.Length - 1);
        var below = Math.Min((int)position, sorted.Length - 1);
        var (low, high, part) = (sorted[below], sorted[Math.Min(below + 1, sorted.Length - 1)], position - below);

        // From the nearer end, as numpy: between two equal values this is that value exactly, so that rows of that value lie on the edge and not beside it.
        return part < 0.5 ? low + ((high - low) * part) : high - ((high - low) * (1 - part));
    }
}
