namespace Slipway.Tracking.Traces.Figures;

/// <summary>How many traces there are, and how many of them fulfil one condition, another, and both.</summary>
internal sealed record FilterCorrelation(long Total, long First, long Second, long Both)
{
    // Half a trace more in each of the four cases (Jeffreys' prior), so that a few traces prove little.
    private const double Prior = 0.5;

    /// <summary>
    /// The normalised pointwise mutual information: 1 where the conditions always hold together, 0 where they have nothing to do with each other, −1 where they never do; NaN where one of them
    /// never holds at all.
    /// </summary>
    public double Npmi => First == 0 || Second == 0 ? double.NaN : Both == 0 ? -1 : Of(Total, First, Second, Both);

    /// <summary>The same with a prior, which is nearer to 0 the fewer traces there are.</summary>
    public double Smoothed => First == 0 || Second == 0 ? double.NaN : Of(Total + (4 * Prior), First + (2 * Prior), Second + (2 * Prior), Both + Prior);

    // log(p(both) / (p(first) p(second))) over -log p(both).
    private static double Of(double total, double first, double second, double both) =>
        both >= total ? 1 : Math.Clamp((Math.Log(both) + Math.Log(total) - Math.Log(first) - Math.Log(second)) / (Math.Log(total) - Math.Log(both)), -1, 1);
}
