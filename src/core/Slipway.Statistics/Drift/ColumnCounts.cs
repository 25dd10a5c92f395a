namespace Slipway.Statistics.Drift;

/// <summary>
/// One column over some rows, counted in a baseline's bins: constant memory, and sums of shards are the counts of all (but for the pair of rows at each seam). Not safe for concurrent use.
/// </summary>
public sealed partial class ColumnCounts(ColumnBins bins)
{
    private const int NoRow = int.MinValue;

    // What stays in the processor's nearest memory between its steps.
    private const int BlockRows = 512;

    private readonly long[] _counts = new long[bins.Count];

    // The bin of the row before, −1 when it was a missing number.
    private int _last = NoRow;

    /// <summary>The bins.</summary>
    public ColumnBins Bins => bins;

    /// <summary>Rows by bin.</summary>
    public ReadOnlySpan<long> Counts => _counts;

    /// <summary>All rows.</summary>
    public long Rows { get; private set; }

    /// <summary>Rows without a value.</summary>
    public long Missing { get; private set; }

    /// <summary>Rows whose value or category the baseline does not have; 0 where bins cannot tell (<see cref="ColumnBins.Complete"/>, ranges of numbers).</summary>
    public long Unseen { get; private set; }

    /// <summary>Finite numbers.</summary>
    public long Numbers { get; private set; }

    /// <summary>The mean of the finite numbers; 0 without any.</summary>
    public double Mean { get; private set; }

    /// <summary>The sum of their squared distances from the mean.</summary>
    public double M2 { get; private set; }

    /// <summary>The sum of the finite numbers.</summary>
    public double Sum => Mean * Numbers;

    /// <summary>The smallest finite number; null without any.</summary>
    public double? Min { get; private set; }

    /// <summary>The largest finite number; null without any.</summary>
    public double? Max { get; private set; }

    /// <summary>Pairs of consecutive rows.</summary>
    public long Pairs { get; private set; }

    /// <summary>Those that fell in the same bin.</summary>
    public long SamePairs { get; private set; }

    /// <summary>Pairs of consecutive rows that both have a bin.</summary>
    public long BinPairs { get; private set; }

    /// <summary>The sum, over these, of the product of the two bins' numbers.</summary>
    public double BinProducts { get; private set; }

    /// <summary>The standard deviation of the finite numbers (denominator n); null without any.</summary>
    public double? StandardDeviation => Numbers == 0 ? null : Math.Sqrt(M2 / Numbers);

    /// <summary>Rows that have a bin: all for text, the present ones for numbers.</summary>
    public long Binned => bins.Kind == BinKind.Categories ? Rows : Rows - Missing;

    /// <summary>Counts restored from <paramref name="data"/>. The next row begins a new run of consecutive rows.</summary>
    /// <exception cref="ArgumentException">They are of other bins.</exception>
    public static ColumnCounts Of(ColumnBins bins, ColumnCountsData data)
    {
        ArgumentNullException.ThrowIfNull(bins);
        ArgumentNullException.ThrowIfNull(data);
        if (data.Counts.Count != bins.Count)
        {
            throw new ArgumentException($"{data.Counts.Count} counts do not belong to {bins.Count} bins.", nameof(data));
        }

        var counts = new ColumnCounts(bins)
        {
            Rows = data.Rows,
            Missing = data.Missing,
            Unseen = data.Unseen,
            Numbers = data.Numbers,
            Mean = data.Mean,
            M2 = data.M2,
            Min = data.Min,
            Max = data.Max,
            Pairs = data.Pairs,
            SamePairs = data.SamePairs,
            BinPairs = data.BinPairs,
            BinProducts = data.BinProducts,
        };
        for (var i = 0; i < counts._counts.Length; i++)
        {
            counts._counts[i] = data.Counts[i];
        }

        return counts;
    }

    /// <summary>What is held now, to be stored.</summary>
    public ColumnCountsData ToData() => new([.. _counts], Rows, Missing, Unseen, Numbers, Storable(Mean), Storable(M2), Min, Max, Pairs, SamePairs, BinPairs, BinProducts);

    /// <summary>Counts a number; NaN is missing, an infinite number has a bin but no part in the mean.</summary>
    public void Add(double value)
    {
        var bin = bins.Find(value);
        Follow(bin);
        Rows++;
        if (bin < 0)
        {
            Missing++;
            return;
        }

        _counts[bin]++;
        if (bin == bins.Other)
        {
            Unseen++;
        }

        if (double.IsFinite(value))
        {
            Numbers++;
            var distance = value - Mean;
            Mean += distance / Numbers;
            M2 += distance * (value - Mean);
            Min = Min <= value ? Min : value;
            Max = Max >= value ? Max : value;
        }
    }

    /// <summary>Counts many numbers: as <see cref="Add(double)"/> one by one, but that the moments may differ in their last digits.</summary>
    public void AddRange(ReadOnlySpan<double> values)
    {
        Span<int> places = stackalloc int[BlockRows];
        for (; !values.IsEmpty; values = values[Math.Min(BlockRows, values.Length)..])
        {
            var block = values[..Math.Min(BlockRows, values.Length)];
            if (!FiniteMoments.TryOf(block, out var moments))
            {
                foreach (var value in block)
                {
                    Add(value);
                }

                continue;
            }

            var bin = places[..block.Length];
            bins.Find(block, bin);
            AddBins(bin);
            AddMoments(moments);
        }
    }

    /// <summary>Counts a text; null is missing.</summary>
    public void Add(string? value)
    {
        Follow(bins.Find(value));
        Count(value, 1);
    }

    /// <summary>Counts <paramref name="rows"/> rows of one text whose order is not known.</summary>
    public void Add(string? value, long rows)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(rows);
        Break();
        Count(value, rows);
    }

    /// <summary>Says that the next row does not follow the last one in time, so that they are no pair.</summary>
    public void Break() => _last = NoRow;

    /// <summary>Adds all that <paramref name="other"/> holds (moments: Chan, Golub and LeVeque 1979). Its rows are taken as earlier or later ones: the next row begins a new run.</summary>
    /// <exception cref="ArgumentException">It counts in other bins.</exception>
    public void Merge(ColumnCounts other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (!bins.Equals(other.Bins))
        {
            throw new ArgumentException("Only counts of the same bins add up.", nameof(other));
        }

        for (var i = 0; i < _counts.Length; i++)
        {
            _counts[i] += other._counts[i];
        }

        if (other.Numbers > 0)
        {
            AddMoments(new FiniteMoments(other.Numbers, other.Mean, other.M2, other.Min!.Value, other.Max!.Value));
        }

        Rows += other.Rows;
        Missing += other.Missing;
        Unseen += other.Unseen;
        Pairs += other.Pairs;
        SamePairs += other.SamePairs;
        BinPairs += other.BinPairs;
        BinProducts += other.BinProducts;
        Break();
    }

    /// <summary>The share of each bin among the rows that have one; null when there are none.</summary>
    public double[]? Shares()
    {
        var all = (double)Binned;
        return all == 0 ? null : Array.ConvertAll(_counts, count => count / all);
    }

    /// <summary>
    /// How many independent rows these are worth: the rows, or, when they are <paramref name="ordered"/> in time, the rows divided by (1 + ρ)/(1 − ρ), the factor by which
    /// first-order dependence widens the variance of a share.
    /// </summary>
    public double EffectiveRows(bool ordered) => Rows / DesignEffect(ordered);

    /// <summary>True when all rows fell in one bin.</summary>
    public bool IsConstant => Rows > 0 && (bins.Missing < 0 && Missing > 0 ? Missing == Rows : _counts.Max() == Rows);

    /// <summary>
    /// By how many the rows are to be divided because neighbours depend on each other; 1 when they are not <paramref name="ordered"/>. The larger of two estimates. The first is (1 + ρ)/(1 − ρ) with the
    /// lag-1 autocorrelation of being in a bin: neighbours agree by chance with Σp², always with 1, so ρ = (samePairs/pairs − Σp²)/(1 − Σp²). It needs no numbers, so it is there for categories
    /// too, and a missing value counts as a category of its own; it is exact for states that are left at a constant rate. Numbers on quantile bins wander from bin to neighbouring bin, which it
    /// hardly sees (simulated, 3.4 in place of 19 where each row keeps 0.98 of the last one). The second takes the lag-1 autocorrelation φ of the bin's number, and the mean of (1 + φᵏ)/(1 − φᵏ) over
    /// k = 1 … B − 1: the k-th independent contrast of B shares of a Gaussian AR(1) forgets as φᵏ (simulated, 1.2 to 1.6 times too large). Both are first-order corrections of Rao and Scott (1981),
    /// one mean design effect over the bins, with dependence in time in the place of their clusters. ρ and φ are kept in 0 … 0.999.
    /// </summary>
    public double DesignEffect(bool ordered)
    {
        if (!ordered || Pairs == 0)
        {
            return 1;
        }

        var chance = bins.Missing < 0 ? Square((double)Missing / Rows) : 0;
        foreach (var count in _counts)
        {
            chance += Square((double)count / Rows);
        }

        // All rows in one bin: nothing varies that could depend.
        var correlation = chance >= 1 ? 0 : Math.Clamp((((double)SamePairs / Pairs) - chance) / (1 - chance), 0, 0.999);
        var states = (1 + correlation) / (1 - correlation);
        return bins.Kind == BinKind.Edges ? Math.Max(states, WanderingEffect()) : states;
    }

    private double WanderingEffect()
    {
        double rows = 0, sum = 0, squares = 0;
        var occupied = 0;
        for (var bin = 0; bin < _counts.Length; bin++)
        {
            rows += _counts[bin];
            sum += (double)_counts[bin] * bin;
            squares += (double)_counts[bin] * bin * bin;
            occupied += _counts[bin] > 0 ? 1 : 0;
        }

        var mean = sum / rows;
        var variance = (squares / rows) - Square(mean);
        if (BinPairs == 0 || occupied < 2 || variance <= 0)
        {
            return 1;
        }

        var correlation = Math.Clamp(((BinProducts / BinPairs) - Square(mean)) / variance, 0, 0.999);
        double effect = 0;
        for (var k = 1; k < occupied; k++)
        {
            var power = Math.Pow(correlation, k);
            effect += (1 + power) / (1 - power);
        }

        return effect / (occupied - 1);
    }

    private static double Square(double x) => x * x;

    // The moments of numbers near 1e308 overflow, and JSON has no infinity.
    private static double Storable(double value) => double.IsNaN(value) ? 0 : Math.Clamp(value, double.MinValue, double.MaxValue);

    private void Count(string? value, long rows)
    {
        var bin = bins.Find(value);
        Rows += rows;
        _counts[bin] += rows;
        if (bin == bins.Missing)
        {
            Missing += rows;
        }
        else if (bin == bins.Other && bins.Complete)
        {
            Unseen += rows;
        }
    }

    private void AddMoments(in FiniteMoments other)
    {
        var all = Numbers + other.Count;
        var distance = other.Mean - Mean;
        M2 += other.M2 + (distance * distance * Numbers / all * other.Count);
        Mean += distance * other.Count / all;
        Numbers = all;
        Min = Min <= other.Min ? Min : other.Min;
        Max = Max >= other.Max ? Max : other.Max;
    }

    // All of them have a bin.
    private void AddBins(ReadOnlySpan<int> places)
    {
        Rows += places.Length;
        Follow(places[0]);
        _counts[places[0]]++;
        long same = 0, products = 0;
        for (var i = 1; i < places.Length; i++)
        {
            _counts[places[i]]++;
            same += places[i] == places[i - 1] ? 1 : 0;
            products += places[i] * places[i - 1];
        }

        Pairs += places.Length - 1;
        SamePairs += same;
        BinPairs += places.Length - 1;
        BinProducts += products;
        _last = places[^1];
        if (bins.Other >= 0)
        {
            Unseen += places.Count(bins.Other);
        }
    }

    private void Follow(int bin)
    {
        if (_last != NoRow)
        {
            Pairs++;
            SamePairs += bin == _last ? 1 : 0;
            if (bin >= 0 && _last >= 0)
            {
                BinPairs++;
                BinProducts += (double)bin * _last;
            }
        }

        _last = bin;
    }
}
