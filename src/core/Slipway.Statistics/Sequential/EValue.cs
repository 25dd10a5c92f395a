namespace Slipway.Statistics.Sequential;

/// <summary>
/// Verdicts from e-values. An e-process E has a mean of at most 1 at any time while its null hypothesis holds, so it ever reaches 1/α with a probability of at most α,
/// however often it is looked at (Ville 1939). E itself overflows: only its natural logarithm is kept.
/// </summary>
public static class EValue
{
    /// <summary>ln(1/α), which the logarithm of E must reach to reject.</summary>
    /// <param name="alpha">The probability of a wrong verdict, between 0 and 1 (exclusive). Where one of several verdicts is enough, its share of the whole.</param>
    public static double LogLimit(double alpha) => alpha is > 0 and < 1
        ? -Math.Log(alpha)
        : throw new ArgumentOutOfRangeException(nameof(alpha), alpha, "The probability of a wrong verdict lies between 0 and 1, both exclusive.");

    /// <summary>Whether E ≥ 1/α, so that the null hypothesis is rejected.</summary>
    /// <param name="logE">The natural logarithm of E.</param>
    /// <param name="alpha">The probability of a wrong verdict.</param>
    public static bool Rejects(double logE, double alpha) => logE >= LogLimit(alpha);

    /// <summary>The logarithm of the mean of several e-values, which is again an e-value; from their logarithms, without leaving them.</summary>
    internal static double LogMean(IReadOnlyList<double> logs)
    {
        var largest = logs.Max();
        double sum = 0;
        foreach (var log in logs)
        {
            sum += Math.Exp(log - largest);
        }

        return largest + Math.Log(sum / logs.Count);
    }
}
