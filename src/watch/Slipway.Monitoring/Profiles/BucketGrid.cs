namespace Slipway.Monitoring.Profiles;

/// <summary>How event time is cut: windows end at the ends of buckets, and buckets begin at multiples of their length since the epoch.</summary>
/// <param name="Window">The length of a window: the one asked for, rounded up to whole buckets.</param>
/// <param name="Bucket">The length of a bucket.</param>
internal readonly record struct BucketGrid(TimeSpan Window, TimeSpan Bucket)
{
    // Whole units that people know, each of which divides a day, so that every grid has an edge at midnight UTC.
    private static readonly TimeSpan[] Lengths =
    [
        .. new[] { 1, 2, 5, 10, 15, 30 }.Select(m => TimeSpan.FromMinutes(m)),
        .. new[] { 1, 2, 3, 4, 6, 8, 12, 24 }.Select(h => TimeSpan.FromHours(h)),
    ];

    /// <summary>The grid of a window: its thirtieth, rounded to the nearest whole unit from a minute to a day (30 d → 1 d, 7 d → 6 h, 1 d → 1 h, 1 h → 2 min).</summary>
    public static BucketGrid Of(TimeSpan window)
    {
        var wanted = window / 30;
        var bucket = Lengths.MinBy(length => Math.Abs(Math.Log(length / wanted)));
        var buckets = Math.Max(1, (long)Math.Ceiling(window / bucket));
        return new BucketGrid(bucket * buckets, bucket);
    }

    /// <summary>The start of the bucket that holds a moment (UTC ticks).</summary>
    public long StartOf(long ticks)
    {
        // The epoch lies on the grid of ticks, as every length divides a day and ticks count from a midnight.
        var into = ticks % Bucket.Ticks;
        return ticks - into;
    }

    /// <summary>The first end of a bucket after a moment (UTC ticks).</summary>
    public long EndAfter(long ticks) => StartOf(ticks) + Bucket.Ticks;
}
