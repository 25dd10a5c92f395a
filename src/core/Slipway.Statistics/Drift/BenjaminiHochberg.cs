namespace Slipway.Statistics.Drift;

/// <summary>Which of many tests reject when at most a share <c>level</c> of the rejections may be false (Benjamini and Hochberg 1995).</summary>
public static class BenjaminiHochberg
{
    /// <summary>The largest p-value that is rejected: the k-th smallest of K with p ≤ level·k/K, k as large as possible. Below 0 when none is.</summary>
    public static double Threshold(IEnumerable<double> pValues, double level)
    {
        ArgumentNullException.ThrowIfNull(pValues);
        var sorted = pValues.Order().ToArray();
        for (var k = sorted.Length; k >= 1; k--)
        {
            if (sorted[k - 1] <= level * k / sorted.Length)
            {
                return sorted[k - 1];
            }
        }

        return -1;
    }
}
