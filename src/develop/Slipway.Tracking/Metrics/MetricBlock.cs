namespace Slipway.Tracking.Metrics;

/// <summary>
/// What is lowest and highest in a part of a history: of the values that are numbers, infinities among them, and the first NaN. Of equal values the first counts, so that it does not matter in which
/// order points are added.
/// </summary>
internal sealed class MetricBlock
{
    /// <summary>The first step.</summary>
    public long First { get; private set; } = long.MaxValue;

    /// <summary>The last step.</summary>
    public long Last { get; private set; } = long.MinValue;

    /// <summary>How many points it has.</summary>
    public long Count { get; private set; }

    /// <summary>The lowest number; null where all are NaN.</summary>
    public BlockPoint? Low { get; private set; }

    /// <summary>The highest number.</summary>
    public BlockPoint? High { get; private set; }

    /// <summary>The first NaN; null where there is none.</summary>
    public BlockPoint? NaN { get; private set; }

    public static MetricBlock Of(long first, long last, long count, BlockPoint? low, BlockPoint? high, BlockPoint? nan) =>
        new() { First = first, Last = last, Count = count, Low = low, High = high, NaN = nan };

    public void Add(BlockPoint point)
    {
        (First, Last, Count) = (Math.Min(First, point.Step), Math.Max(Last, point.Step), Count + 1);
        if (double.IsNaN(point.Value))
        {
            NaN = Choose(NaN, point, 0);
            return;
        }

        Low = Choose(Low, point, -1);
        High = Choose(High, point, 1);
    }

    public void Add(MetricBlock other)
    {
        (First, Last, Count) = (Math.Min(First, other.First), Math.Max(Last, other.Last), Count + other.Count);
        Low = Choose(Low, other.Low, -1);
        High = Choose(High, other.High, 1);
        NaN = Choose(NaN, other.NaN, 0);
    }

    // The one that is further in the direction, and of equals the first.
    private static BlockPoint? Choose(BlockPoint? known, BlockPoint? other, int direction)
    {
        if (known is not { } a || other is not { } b)
        {
            return known ?? other;
        }

        var order = a.Value.CompareTo(b.Value) * direction;
        order = order != 0 ? order : -(a.Step, a.Timestamp).CompareTo((b.Step, b.Timestamp));
        return order >= 0 ? a : b;
    }
}

/// <summary>A value in a block.</summary>
internal readonly record struct BlockPoint(long Step, long Timestamp, double Value)
{
    public static BlockPoint Of(MetricPoint point) => new(point.Step, point.Timestamp, point.Value);
}
