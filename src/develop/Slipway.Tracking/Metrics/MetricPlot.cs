namespace Slipway.Tracking.Metrics;

/// <summary>
/// What a plot shows of a long history: the range of its steps in even parts, and of each part the lowest and the highest value and a NaN, so that no peak is lost. It reads the roll-ups: a million
/// points are eight thousand blocks. Parts begin and end where blocks do; a block that is wider than a part, and a history that is not much longer than what is shown, are read point by point.
/// </summary>
internal sealed class MetricPlot
{
    /// <summary>How many points are read one by one: they are as fast as a million's blocks, and parts are then of even width.</summary>
    public const int Few = 50_000;

    private readonly long _first;
    private readonly long _last;
    private readonly MetricBlock?[] _parts;

    private MetricPlot(long first, long last, int parts)
    {
        _first = first;
        _last = last;
        _parts = new MetricBlock?[parts];
    }

    /// <summary>The parts that have points, in order. Their steps do not overlap.</summary>
    public IEnumerable<MetricBlock> Parts => _parts.OfType<MetricBlock>();

    /// <summary>Reads a history, which has points, in at most <paramref name="parts"/> parts; it is read point by point up to <paramref name="few"/> points.</summary>
    public static async Task<MetricPlot> ReadAsync(MetricHistory history, int parts, int few = Few)
    {
        var blocks = await history.ReadBlocksAsync();
        var whole = new MetricBlock();
        foreach (var block in blocks)
        {
            whole.Add(block);
        }

        var count = whole.Count;
        foreach (var point in history.Arrived)
        {
            whole.Add(BlockPoint.Of(point));
        }

        var plot = new MetricPlot(whole.First, whole.Last, parts);
        if (count <= few)
        {
            await history.EachAsync(whole.First, whole.Last, plot.Add);
        }
        else
        {
            await plot.AddAsync(history, blocks);
        }

        foreach (var point in history.Arrived)
        {
            plot.Add(BlockPoint.Of(point));
        }

        return plot;
    }

    private async Task AddAsync(MetricHistory history, IReadOnlyList<MetricBlock> blocks)
    {
        foreach (var block in blocks)
        {
            var index = IndexOf(block.First);
            if (IndexOf(block.Last) > index + 1)
            {
                await history.EachAsync(block.First, block.Last, Add);
            }
            else
            {
                (_parts[index] ??= new MetricBlock()).Add(block);
            }
        }
    }

    // A block that began in the part before may have taken this step along.
    private void Add(BlockPoint point)
    {
        var index = IndexOf(point.Step);
        index = index > 0 && _parts[index - 1]?.Last >= point.Step ? index - 1 : index;
        (_parts[index] ??= new MetricBlock()).Add(point);
    }

    // The range may be all of 64 bits, so it is counted in 128.
    private int IndexOf(long step) => (int)(((Int128)step - _first) * _parts.Length / ((Int128)_last - _first + 1));
}
