using System.Data.Common;
using Slipway.Storage;

namespace Slipway.Tracking.Metrics;

/// <summary>
/// Keeps the roll-ups of histories, in the transaction that sorts points in. A history is cut into blocks of steps that do not overlap, each of some hundred points, as the leaves of a tree are: one
/// that is full at its end is followed by another, and one that points in between have made too large is cut.
/// </summary>
internal static class MetricBlocks
{
    /// <summary>How many points a block has before the next one begins. Points of one step are never parted, so it may have more.</summary>
    public const int Size = 128;

    public const string Columns = "first_step, last_step, points, low, low_step, low_time, high, high_step, high_time, nan_step, nan_time";

    // Those that some points may belong to: from the last that begins before them.
    private static readonly Statement Select = new($"""
        select {Columns} from metric_blocks
        where run = @run and key = @key and first_step <= @last
            and first_step >= coalesce((select max(first_step) from metric_blocks where run = @run and key = @key and first_step <= @first), @first)
        order by first_step
        """);

    private static readonly Statement Upsert = new("""
        insert into metric_blocks (run, key, first_step, last_step, points, low, low_step, low_time, high, high_step, high_time, nan_step, nan_time)
        values (@run, @key, @first_step, @last_step, @points, @low, @low_step, @low_time, @high, @high_step, @high_time, @nan_step, @nan_time)
        on conflict (run, key, first_step) do update set last_step = excluded.last_step, points = excluded.points, low = excluded.low, low_step = excluded.low_step, low_time = excluded.low_time,
            high = excluded.high, high_step = excluded.high_step, high_time = excluded.high_time, nan_step = excluded.nan_step, nan_time = excluded.nan_time
        """);

    private static readonly Statement SelectPoints = new("""
        select step, timestamp, value, is_nan from metric_points
        where run = @run and key = @key and step >= @first and step <= @last
        order by step
        """);

    /// <summary>Adds points of one metric, which are new and in order.</summary>
    public static async Task AddAsync(WriteTransaction transaction, long run, string key, IReadOnlyList<BlockPoint> points)
    {
        var known = await transaction.QueryAsync(Select, Read, run, key, points[^1].Step, points[0].Step);
        foreach (var block in Changed(known, points))
        {
            foreach (var part in block.Count < 2 * Size || block.First == block.Last ? [block] : await CutAsync(transaction, run, key, block))
            {
                await transaction.ExecuteAsync(
                    Upsert, run, key, part.First, part.Last, part.Count,
                    part.Low?.Value, part.Low?.Step, part.Low?.Timestamp, part.High?.Value, part.High?.Step, part.High?.Timestamp, part.NaN?.Step, part.NaN?.Timestamp);
            }
        }
    }

    /// <summary>Reads <see cref="Columns"/>.</summary>
    public static MetricBlock Read(DbDataReader row)
    {
        return MetricBlock.Of(row.GetInt64(0), row.GetInt64(1), row.GetInt64(2), Point(4, 3), Point(7, 6), Point(9, null));

        BlockPoint? Point(int step, int? value) => row.IsDBNull(step) ? null : new BlockPoint(row.GetInt64(step), row.GetInt64(step + 1), value is { } v ? row.GetDouble(v) : double.NaN);
    }

    /// <summary>Reads step, time, value and whether it is NaN.</summary>
    public static BlockPoint ReadPoint(DbDataReader row) => new(row.GetInt64(0), row.GetInt64(1), row.GetInt64(3) == 1 ? double.NaN : row.GetDouble(2));

    /// <summary>Puts points, in order, into blocks, in order, and answers with those that changed or began.</summary>
    private static List<MetricBlock> Changed(IReadOnlyList<MetricBlock> known, IReadOnlyList<BlockPoint> points)
    {
        var changed = new List<MetricBlock>();
        var next = 0;
        MetricBlock? current = null;
        foreach (var point in points)
        {
            while (next < known.Count && known[next].First <= point.Step)
            {
                current = known[next++];
            }

            if (current is null || (point.Step > current.Last && current.Count >= Size))
            {
                current = new MetricBlock();
            }

            current.Add(point);
            if (changed.Count == 0 || changed[^1] != current)
            {
                changed.Add(current);
            }
        }

        return changed;
    }

    // The first part begins where the block did, and takes its row. A step of many points is a part by itself: beside another it would be cut again, in vain, with each point that comes.
    private static async Task<IReadOnlyList<MetricBlock>> CutAsync(WriteTransaction transaction, long run, string key, MetricBlock block)
    {
        var parts = new List<MetricBlock>();
        foreach (var step in (await transaction.QueryAsync(SelectPoints, ReadPoint, run, key, block.First, block.Last)).GroupBy(point => point.Step))
        {
            if (parts.Count == 0 || parts[^1].Count >= Size || parts[^1].Count + step.Count() >= 2 * Size)
            {
                parts.Add(new MetricBlock());
            }

            foreach (var point in step)
            {
                parts[^1].Add(point);
            }
        }

        return parts;
    }
}
