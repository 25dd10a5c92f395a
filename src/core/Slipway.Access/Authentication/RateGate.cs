namespace Slipway.Access.Authentication;

/// <summary>
/// Lets through so many requests a second, with a second's worth at once: each request moves the time at which the gate would be unused again, and one that would move it further than a second
/// from now is refused (the generic cell rate algorithm). One number, no lock.
/// </summary>
internal sealed class RateGate(int perSecond, TimeProvider time)
{
    private readonly long _step = Math.Max(1, time.TimestampFrequency / perSecond);
    private readonly long _burst = time.TimestampFrequency;
    private long _unused = time.GetTimestamp();

    public int PerSecond => perSecond;

    /// <summary>True when a request may pass; else how long until one may.</summary>
    public bool TryPass(out TimeSpan wait)
    {
        while (true)
        {
            var now = time.GetTimestamp();
            var seen = Volatile.Read(ref _unused);
            var next = Math.Max(seen, now) + _step;
            if (next - now > _burst)
            {
                wait = TimeSpan.FromSeconds((double)(next - now - _burst) / time.TimestampFrequency);
                return false;
            }

            if (Interlocked.CompareExchange(ref _unused, next, seen) == seen)
            {
                wait = default;
                return true;
            }
        }
    }
}
