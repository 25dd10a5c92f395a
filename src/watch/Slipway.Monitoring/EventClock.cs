using Slipway.Monitoring.Log;

namespace Slipway.Monitoring;

/// <summary>
/// Each deployment's own now. Where its callers state event times of the past (a replay), that is the newest event time; else the server's clock. It never goes backwards, also when the
/// server's clock does or event times come out of order. Safe to read from any thread.
/// </summary>
internal sealed class EventClock(TimeProvider time)
{
    // Callers that buffer for hours are live; whoever states what happened more than a day ago replays. Ahead of the server by more than that is a mistake that must not move anybody's time.
    private static readonly TimeSpan ReplayFrom = TimeSpan.FromDays(1);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, ClockState> _clocks = [];

    /// <summary>Now; null before any traffic.</summary>
    public DateTimeOffset? Now(string deployment)
    {
        lock (_lock)
        {
            if (!_clocks.TryGetValue(deployment, out var clock))
            {
                return null;
            }

            var now = IsReplay(clock) ? clock.Event : time.GetUtcNow().UtcTicks;
            if (now > clock.Reached)
            {
                _clocks[deployment] = clock = clock with { Reached = now };
            }

            return new DateTimeOffset(clock.Reached, TimeSpan.Zero);
        }
    }

    /// <summary>True when the deployment's time is that of a replay.</summary>
    public bool IsReplay(string deployment)
    {
        lock (_lock)
        {
            return _clocks.TryGetValue(deployment, out var clock) && IsReplay(clock);
        }
    }

    /// <summary>Takes note of the event times of predictions.</summary>
    public void Observe(PredictionBatch batch)
    {
        if (batch.Rows == 0)
        {
            return;
        }

        lock (_lock)
        {
            var known = _clocks.TryGetValue(batch.Source.Deployment, out var clock);
            for (var i = 0; i < batch.Rows; i++)
            {
                var happened = batch.EventTimes[i];
                var arrived = batch.Arrivals[i];
                if (happened - arrived > ReplayFrom.Ticks)
                {
                    if (known)
                    {
                        continue;
                    }

                    happened = arrived;
                }

                if (!known || happened > clock!.Event)
                {
                    clock = new ClockState(happened, arrived, clock?.Reached ?? 0);
                    known = true;
                }
            }

            _clocks[batch.Source.Deployment] = clock!;
        }
    }

    /// <summary>What to save; null before any traffic.</summary>
    public ClockState? Read(string deployment)
    {
        lock (_lock)
        {
            return _clocks.GetValueOrDefault(deployment);
        }
    }

    /// <summary>Goes on from what was saved.</summary>
    public void Restore(string deployment, ClockState state)
    {
        lock (_lock)
        {
            _clocks[deployment] = state;
        }
    }

    private static bool IsReplay(ClockState clock) => clock.Arrival - clock.Event > ReplayFrom.Ticks;
}

/// <summary>A deployment's clock at rest, in UTC ticks.</summary>
/// <param name="Event">The newest event time.</param>
/// <param name="Arrival">When that row arrived.</param>
/// <param name="Reached">The latest now that was answered.</param>
internal sealed record ClockState(long Event, long Arrival, long Reached);
