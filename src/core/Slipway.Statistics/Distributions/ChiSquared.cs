namespace Slipway.Statistics.Distributions;

/// <summary>The χ² distribution.</summary>
public static class ChiSquared
{
    /// <summary>The probability of <paramref name="statistic"/> or more with <paramref name="degrees"/> degrees of freedom (above 0): Q(degrees/2, statistic/2), NIST DLMF 8.2.</summary>
    public static double Survival(double statistic, double degrees) => IncompleteGamma.Upper(degrees / 2, statistic / 2);
}
