namespace Slipway.Monitoring.Evidence;

/// <summary>Cuts time into slots of equal length from the Unix epoch on.</summary>
/// <param name="Ticks">The length of a slot.</param>
internal readonly record struct SlotClock(long Ticks)
{
    /// <summary>What stands for "no slot is closed": every slot's number is greater.</summary>
    public const long NoneClosed = long.MinValue;

    /// <summary>The number of the slot in which a moment lies; 0 begins with the epoch.</summary>
    /// <param name="utcTicks">The moment.</param>
    public long SlotOf(long utcTicks)
    {
        var (slot, rest) = Math.DivRem(utcTicks - DateTimeOffset.UnixEpoch.Ticks, Ticks);
        return rest < 0 ? slot - 1 : slot;
    }

    /// <summary>The end of a slot, which is no longer part of it.</summary>
    public DateTimeOffset End(long slot) => DateTimeOffset.UnixEpoch.AddTicks((slot + 1) * Ticks);
}
