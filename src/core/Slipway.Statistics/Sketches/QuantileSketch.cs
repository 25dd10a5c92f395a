namespace Slipway.Statistics.Sketches;

/// <summary>Quantiles of positive values within 1 % relative error (DDSketch: Masson, Rim and Lee, VLDB 2019). Merging shards gives the same bins as one pass. Not safe for concurrent use.</summary>
public sealed class QuantileSketch
{
    /// <summary>How many values were added.</summary>
    public long Count { get; private set; }

    /// <summary>Adds a value; values of zero or less count as the smallest the sketch knows.</summary>
    public void Add(double value) => throw new NotImplementedException();

    /// <summary>Adds all that <paramref name="other"/> holds.</summary>
    public void Merge(QuantileSketch other) => throw new NotImplementedException();

    /// <summary>The value at <paramref name="quantile"/> (0…1); null when the sketch is empty.</summary>
    public double? Quantile(double quantile) => throw new NotImplementedException();

    /// <summary>Forgets everything.</summary>
    public void Clear() => throw new NotImplementedException();
}
