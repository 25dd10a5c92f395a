namespace Slipway.Monitoring.Log;

/// <summary>Counts rows that are left out, on the threads of requests: by processor, because where most are left out one counter would be what all of them wait for.</summary>
internal sealed class SampledOut
{
    // A line of the processor's memory, so that counters do not share one.
    private const int Apart = 128 / sizeof(long);

    private readonly long[] _counts = new long[(Environment.ProcessorCount + 1) * Apart];

    /// <summary>All that were counted.</summary>
    public long Total
    {
        get
        {
            long total = 0;
            for (var i = Apart; i < _counts.Length; i += Apart)
            {
                total += Interlocked.Read(ref _counts[i]);
            }

            return total;
        }
    }

    public void Add(int rows) => Interlocked.Add(ref _counts[((Thread.GetCurrentProcessorId() % Environment.ProcessorCount) + 1) * Apart], rows);
}
