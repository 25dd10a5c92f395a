using System.Buffers;

namespace Slipway.Monitoring.Log.Parquet;

/// <summary>
/// Memory that one conversion after the other uses. The shared pool keeps arrays with the thread that returned them, and each conversion has a thread of its own: what is given back there is
/// garbage, megabytes at a time, and collecting it stops requests.
/// </summary>
internal static class ConversionPool<T>
{
    private const int LongestKept = 1 << 22;
    private const int KeptOfEachSize = 16;

    /// <summary>The pool.</summary>
    public static ArrayPool<T> Shared { get; } = ArrayPool<T>.Create(LongestKept, KeptOfEachSize);
}
