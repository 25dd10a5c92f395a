namespace Slipway.Tracking.Reading;

/// <summary>Milliseconds since 1970 as moments. Clients may send any number; one that no calendar has is shown as the first or last day that it has.</summary>
internal static class Moment
{
    private static readonly long First = DateTimeOffset.MinValue.ToUnixTimeMilliseconds();
    private static readonly long Last = DateTimeOffset.MaxValue.ToUnixTimeMilliseconds();

    public static DateTimeOffset Of(long milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(Math.Clamp(milliseconds, First, Last));

    /// <summary>Null for zero, which is how the experiment that is there from the start is dated.</summary>
    public static DateTimeOffset? OrNone(long milliseconds) => milliseconds == 0 ? null : Of(milliseconds);
}
