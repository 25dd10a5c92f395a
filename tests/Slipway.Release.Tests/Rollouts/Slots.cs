using Slipway.Rollouts.Releases;

namespace Slipway.Release.Tests.Rollouts;

/// <summary>Slots of one minute, counted from an hour in 2011: rollouts live in event time.</summary>
internal static class Slots
{
    private const int Good = 0;
    private const int Bad = 256;

    public static DateTimeOffset Start { get; } = new(2011, 6, 1, 8, 0, 0, TimeSpan.Zero);

    /// <summary>The end of the slot of a minute: the first ends after one.</summary>
    public static DateTimeOffset End(int minute) => Start.AddMinutes(minute);

    public static EvidenceSlot At(int minute, params EvidenceCounts[] counts) => new(End(minute), counts);

    /// <summary>Yes-or-no losses of both versions.</summary>
    public static EvidenceCounts Errors(double weight, (long Bad, long Good) candidate, (long Bad, long Good) stable, string segment = "", string metric = "error_rate") =>
        new(metric, segment, weight, Bins(candidate), Bins(stable));

    private static Dictionary<int, long> Bins((long Bad, long Good) counts) => new() { [Bad] = counts.Bad, [Good] = counts.Good };
}
