namespace Slipway.Statistics.Sketches;

/// <summary>Quantiles of positive values within 1 % relative error (DDSketch: Masson, Rim and Lee, VLDB 2019). Merging shards gives the same bins as one pass. Not safe for concurrent use.</summary>
/// <remarks>
/// The unit is the caller's. Values from 1e-9 to 1e12 keep the promised error; smaller and larger ones count as these bounds. Bin i holds the values in (γ^(i−1), γ^i],
/// γ = 1.01/0.99. Only the bins between the smallest and the largest value seen take memory: 8 bytes each, about 115 for every factor of ten, at most 2 417.
/// </remarks>
public sealed class QuantileSketch
{
    private const double Smallest = 1e-9;
    private const double Largest = 1e12;
    private const double Gamma = 1.01 / 0.99;

    private static readonly double BinsPerNaturalLog = 1 / Math.Log(Gamma);

    private long[] _counts = [];

    // The index of the bin that _counts[0] holds.
    private int _first;

    /// <summary>How many values were added.</summary>
    public long Count { get; private set; }

    /// <summary>Adds a value; values of zero or less count as the smallest the sketch knows.</summary>
    /// <exception cref="ArgumentException"><paramref name="value"/> is NaN.</exception>
    public void Add(double value)
    {
        if (double.IsNaN(value))
        {
            throw new ArgumentException("NaN has no place among the values of a sketch.", nameof(value));
        }

        var bin = BinOf(value);
        Cover(bin, bin);
        _counts[bin - _first]++;
        Count++;
    }

    /// <summary>Adds all that <paramref name="other"/> holds.</summary>
    public void Merge(QuantileSketch other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (other.Count == 0)
        {
            return;
        }

        // Adding a sketch to itself is safe: nothing needs to grow, and each count is read before it is written.
        Cover(other._first, other._first + other._counts.Length - 1);
        for (var i = 0; i < other._counts.Length; i++)
        {
            _counts[other._first - _first + i] += other._counts[i];
        }

        Count += other.Count;
    }

    /// <summary>The value at <paramref name="quantile"/> (0…1): within 1 % of the value of rank ⌊quantile · (count − 1)⌋ from zero. Null when the sketch is empty.</summary>
    public double? Quantile(double quantile)
    {
        if (!(quantile is >= 0 and <= 1))
        {
            throw new ArgumentOutOfRangeException(nameof(quantile), quantile, "A quantile lies between 0 and 1.");
        }

        if (Count == 0)
        {
            return null;
        }

        var rank = (long)(quantile * (Count - 1));
        long below = 0;
        var bin = 0;
        while (below + _counts[bin] <= rank)
        {
            below += _counts[bin++];
        }

        // The point whose relative distance to both edges of the bin is the same: 1 %.
        return 2 * Math.Pow(Gamma, _first + bin) / (Gamma + 1);
    }

    /// <summary>How many values are above <paramref name="limit"/>, give or take those within 2 % of it: the ones that share its bin do not count.</summary>
    public long CountAbove(double limit)
    {
        long above = 0;
        for (var i = Math.Max(BinOf(limit) + 1 - _first, 0); i < _counts.Length; i++)
        {
            above += _counts[i];
        }

        return above;
    }

    /// <summary>What the sketch holds, to be kept elsewhere. <see cref="Restore"/> makes the same sketch of it.</summary>
    public QuantileSketchState Save()
    {
        var low = Array.FindIndex(_counts, count => count > 0);
        return low < 0
            ? new QuantileSketchState(0, [])
            : new QuantileSketchState(_first + low, _counts[low..(Array.FindLastIndex(_counts, count => count > 0) + 1)]);
    }

    /// <summary>A sketch that holds what another one saved.</summary>
    /// <exception cref="ArgumentException">No sketch can have saved this.</exception>
    public static QuantileSketch Restore(QuantileSketchState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        var last = (long)state.First + state.Counts.Count - 1;
        if (state.Counts.Count > 0 && (state.First < BinOf(Smallest) || last > BinOf(Largest) || state.Counts.Any(count => count < 0)))
        {
            throw new ArgumentException("This is not what a sketch saves: its bins lie outside the range, or a count is negative.", nameof(state));
        }

        return new QuantileSketch { _counts = [.. state.Counts], _first = state.First, Count = state.Counts.Sum() };
    }

    /// <summary>Forgets everything.</summary>
    public void Clear()
    {
        // The bins stay: a sketch that is cleared every window sees the same range again and allocates nothing.
        Array.Clear(_counts);
        Count = 0;
    }

    private static int BinOf(double value) => (int)Math.Ceiling(Math.Log(Math.Clamp(value, Smallest, Largest)) * BinsPerNaturalLog);

    private void Cover(int low, int high)
    {
        if (_counts.Length == 0)
        {
            _counts = new long[high - low + 1];
            _first = low;
            return;
        }

        var last = _first + _counts.Length - 1;
        if (low >= _first && high <= last)
        {
            return;
        }

        var first = Math.Min(low, _first);
        var grown = new long[Math.Max(high, last) - first + 1];
        _counts.CopyTo(grown, _first - first);
        (_counts, _first) = (grown, first);
    }
}

/// <summary>A <see cref="QuantileSketch"/> at rest.</summary>
/// <param name="First">The index of the bin that the first count belongs to.</param>
/// <param name="Counts">Values by bin, from the first bin that has any to the last.</param>
public sealed record QuantileSketchState(int First, IReadOnlyList<long> Counts);
