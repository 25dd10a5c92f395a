namespace Slipway.Monitoring.Log.Chunks;

/// <summary>Times as Arrow and Parquet keep them: microseconds since 1970, UTC.</summary>
internal static class Microseconds
{
    public static long Of(long ticks) => (ticks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;

    public static long ToTicks(long microseconds) => DateTime.UnixEpoch.Ticks + (microseconds * TimeSpan.TicksPerMicrosecond);
}
