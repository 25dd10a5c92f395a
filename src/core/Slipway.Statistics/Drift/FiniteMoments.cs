using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Slipway.Statistics.Drift;

/// <summary>Mean, squared distances and range of numbers that are all finite.</summary>
/// <param name="Count">How many.</param>
/// <param name="Mean">Their mean.</param>
/// <param name="M2">The sum of their squared distances from it.</param>
/// <param name="Min">The smallest.</param>
/// <param name="Max">The largest.</param>
internal readonly record struct FiniteMoments(long Count, double Mean, double M2, double Min, double Max)
{
    /// <summary>Those of <paramref name="values"/>, in two passes and several at once. False when there are none, when one is not finite, or when their sum is not.</summary>
    public static bool TryOf(ReadOnlySpan<double> values, out FiniteMoments moments)
    {
        moments = default;
        if (values.IsEmpty)
        {
            return false;
        }

        var vectors = MemoryMarshal.Cast<double, Vector256<double>>(values);
        var rest = values[(vectors.Length * Vector256<double>.Count)..];
        var (sums, mins, maxs) = (Vector256<double>.Zero, Vector256.Create(values[0]), Vector256.Create(values[0]));
        foreach (var vector in vectors)
        {
            sums += vector;
            mins = Vector256.Min(mins, vector);
            maxs = Vector256.Max(maxs, vector);
        }

        var (sum, min, max) = (Vector256.Sum(sums), values[0], values[0]);
        for (var i = 0; i < Vector256<double>.Count; i++)
        {
            (min, max) = (Math.Min(min, mins[i]), Math.Max(max, maxs[i]));
        }

        foreach (var value in rest)
        {
            sum += value;
            (min, max) = (Math.Min(min, value), Math.Max(max, value));
        }

        // A NaN or an infinity makes the sum one.
        if (!double.IsFinite(sum))
        {
            return false;
        }

        var mean = sum / values.Length;
        var (means, squares) = (Vector256.Create(mean), Vector256<double>.Zero);
        foreach (var vector in vectors)
        {
            var distance = vector - means;
            squares += distance * distance;
        }

        var square = Vector256.Sum(squares);
        foreach (var value in rest)
        {
            square += (value - mean) * (value - mean);
        }

        moments = new FiniteMoments(values.Length, mean, square, min, max);
        return true;
    }
}
