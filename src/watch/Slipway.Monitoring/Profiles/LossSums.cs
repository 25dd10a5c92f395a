using System.Text.Json.Serialization;
using Slipway.Statistics.Quality;

namespace Slipway.Monitoring.Profiles;

/// <summary>
/// Sums of the losses of rows, in their order: enough for their mean and its interval. Merging what came before with what came after gives the same as one pass, since the ends are kept and
/// the pair between them is added.
/// </summary>
internal sealed class LossSums
{
    // The 97.5 % quantile of the standard normal distribution.
    private const double Z = 1.959963984540054;

    // Beyond this the interval says nothing anyway, and at 1 it would have no end.
    private const double MostCorrelation = 0.99;

    [JsonInclude]
    public long Count { get; private set; }

    [JsonInclude]
    public double Sum { get; private set; }

    [JsonInclude]
    public double Squares { get; private set; }

    /// <summary>The sum of the products of neighbours.</summary>
    [JsonInclude]
    public double Products { get; private set; }

    [JsonInclude]
    public double First { get; private set; }

    [JsonInclude]
    public double Last { get; private set; }

    /// <summary>The mean; null without losses.</summary>
    [JsonIgnore]
    public double? Mean => Count == 0 ? null : Sum / Count;

    /// <summary>The correlation of neighbours, from 0 (also when they repel each other: intervals are only ever widened) to 0.99.</summary>
    [JsonIgnore]
    public double Correlation
    {
        get
        {
            var mean = Sum / Count;
            var variance = (Squares / Count) - (mean * mean);
            return Count < 3 || !(variance > 0) ? 0 : Math.Clamp(((Products / (Count - 1)) - (mean * mean)) / variance, 0, MostCorrelation);
        }
    }

    public void Add(double loss)
    {
        if (Count == 0)
        {
            First = loss;
        }
        else
        {
            Products += Last * loss;
        }

        Count++;
        Sum += loss;
        Squares += loss * loss;
        Last = loss;
    }

    /// <summary>Adds the losses that came after these.</summary>
    public void Merge(LossSums after)
    {
        if (after.Count == 0)
        {
            return;
        }

        if (Count == 0)
        {
            First = after.First;
        }
        else
        {
            Products += Last * after.First;
        }

        Count += after.Count;
        Sum += after.Sum;
        Squares += after.Squares;
        Products += after.Products;
        Last = after.Last;
    }

    /// <summary>
    /// The 95 % interval of the mean by the normal approximation, its variance multiplied by (1 + ρ)/(1 − ρ) of the neighbours' correlation ρ (statistics.md §3). Null below two losses.
    /// </summary>
    public Interval? Interval()
    {
        if (Count < 2)
        {
            return null;
        }

        var mean = Sum / Count;
        var variance = Math.Max(0, (Squares / Count) - (mean * mean)) * Count / (Count - 1);
        var reach = Z * Math.Sqrt(variance / Count * (1 + Correlation) / (1 - Correlation));
        return new Interval(mean - reach, mean + reach);
    }

    /// <summary>The same for losses of 0 and 1: Wilson's interval of as many rows as the correlated ones are worth. It does not shrink to a point when no row is wrong.</summary>
    public Interval? ShareInterval()
    {
        if (Count == 0)
        {
            return null;
        }

        var worth = Math.Max(1, (long)(Count * (1 - Correlation) / (1 + Correlation)));
        return Wilson.Of(Sum / Count * worth, worth);
    }
}
