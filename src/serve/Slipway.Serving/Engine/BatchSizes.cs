namespace Slipway.Serving.Engine;

/// <summary>How many runs had how many rows, in steps of two. Safe for concurrent use.</summary>
internal sealed class BatchSizes
{
    private readonly long[] _counts = new long[Bounds.Count + 1];
    private long _rows;

    /// <summary>The largest number of rows of each step: 1, 2, 4 … 1024.</summary>
    public static IReadOnlyList<int> Bounds { get; } = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024];

    /// <summary>The rows of all runs.</summary>
    public long Rows => Interlocked.Read(ref _rows);

    /// <summary>Runs of the step; the one behind the last bound holds what is larger.</summary>
    public long Count(int step) => Interlocked.Read(ref _counts[step]);

    public void Add(int rows)
    {
        var step = rows <= 1 ? 0 : Math.Min(Bounds.Count, 32 - System.Numerics.BitOperations.LeadingZeroCount((uint)rows - 1));
        Interlocked.Increment(ref _counts[step]);
        Interlocked.Add(ref _rows, rows);
    }
}
