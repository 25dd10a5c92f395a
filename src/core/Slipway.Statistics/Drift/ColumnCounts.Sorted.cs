using System.Numerics.Tensors;

namespace Slipway.Statistics.Drift;

/// <content>Counting a whole sorted sample: a search an edge in the place of one a row.</content>
public sealed partial class ColumnCounts
{
    /// <summary>Counts the numbers of <paramref name="sample"/> and <paramref name="missing"/> rows without one, whose order is not known: much faster than one by one.</summary>
    public void AddSample(SortedSample sample, long missing)
    {
        ArgumentNullException.ThrowIfNull(sample);
        ArgumentOutOfRangeException.ThrowIfNegative(missing);
        var part = new ColumnCounts(bins) { Rows = sample.Values.Length + missing, Missing = missing };
        part.CountSorted(sample.Values);
        part.Measure(sample.Finite);
        Merge(part);
    }

    private void CountSorted(ReadOnlySpan<double> sorted)
    {
        if (bins.Kind == BinKind.Categories)
        {
            throw new InvalidOperationException("These are bins of text: they have no place for a number.");
        }

        var left = sorted.Length;
        var from = 0;
        for (var i = 0; i < bins.Numbers!.Count; i++)
        {
            // Of ranges up to the edge, which goes right; of single values from the value to the next number there is.
            var edge = bins.Numbers[i];
            from = bins.Kind == BinKind.Edges ? from : FirstFrom(sorted, edge);
            var end = FirstFrom(sorted, bins.Kind == BinKind.Edges ? edge : Math.BitIncrement(edge));
            _counts[i] = end - from;
            left -= end - from;
            from = end;
        }

        // The last range, or other.
        _counts[^1] = left;
        Unseen = bins.Kind == BinKind.Values ? left : 0;
    }

    /// <summary>The place of the first number that is not below <paramref name="value"/>.</summary>
    private static int FirstFrom(ReadOnlySpan<double> sorted, double value)
    {
        var (low, high) = (0, sorted.Length);
        while (low < high)
        {
            var middle = low + ((high - low) / 2);
            (low, high) = sorted[middle] < value ? (middle + 1, high) : (low, middle);
        }

        return low;
    }

    private void Measure(ReadOnlySpan<double> numbers)
    {
        if (numbers.IsEmpty)
        {
            return;
        }

        Numbers = numbers.Length;
        Mean = TensorPrimitives.Sum(numbers) / numbers.Length;
        (Min, Max) = (numbers[0], numbers[^1]);
        foreach (var number in numbers)
        {
            M2 += Square(number - Mean);
        }
    }
}
