namespace Slipway.Monitoring.Log.Recording;

/// <summary>
/// When the rows of a deployment happened. A stated time counts, unless it lies ahead of its arrival. A row without one happened when it arrived; but where callers replay the past, one
/// request without a time would otherwise carry the deployment years ahead, so it happens at the newest time stated so far. Used by one thread.
/// </summary>
internal sealed class EventTimeRule
{
    // Clocks of callers and server differ by minutes at most; callers that buffer for hours are live.
    private static readonly long AheadTicks = TimeSpan.FromMinutes(5).Ticks;
    private static readonly long ReplayTicks = TimeSpan.FromDays(1).Ticks;

    private long _newest = long.MinValue;
    private bool _replay;

    /// <summary>The ticks without what is beyond a microsecond, which files do not keep.</summary>
    public static long WholeMicroseconds(long ticks) => ticks - (ticks % TimeSpan.TicksPerMicrosecond);

    /// <summary>The event time of a row whose caller stated <paramref name="stated"/>, in UTC ticks; <paramref name="isFuture"/> when that was ahead of the arrival and is not believed.</summary>
    public long Stated(DateTimeOffset stated, long arrival, out bool isFuture)
    {
        var ticks = WholeMicroseconds(stated.UtcTicks);
        isFuture = ticks - arrival > AheadTicks;
        if (isFuture)
        {
            // A wrong year of one caller must not end the replay of another.
            return arrival;
        }

        Observe(ticks, arrival);
        return ticks;
    }

    /// <summary>The event time of a row whose caller stated none.</summary>
    public long Missing(long arrival) => _replay ? _newest : arrival;

    /// <summary>Takes note of what the log holds from before a start. Rows at their arrival are left out: mostly nobody stated that.</summary>
    public void Observe(PredictionBatch batch)
    {
        for (var i = 0; i < batch.Rows; i++)
        {
            if (batch.EventTimes[i] != batch.Arrivals[i])
            {
                Observe(batch.EventTimes[i], batch.Arrivals[i]);
            }
        }
    }

    /// <summary>Takes note of a time that was stated.</summary>
    private void Observe(long ticks, long arrival)
    {
        if (ticks >= _newest)
        {
            _newest = ticks;
            _replay = arrival - ticks > ReplayTicks;
        }
    }
}
