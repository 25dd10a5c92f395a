namespace Slipway.Release.Tests.Rollouts.History;

/// <summary>A clock that stands where a test puts it, also before where it stood.</summary>
internal sealed class SteppedClock : TimeProvider
{
    public DateTimeOffset Now { get; set; } = new(2026, 5, 3, 12, 0, 0, TimeSpan.Zero);

    public override DateTimeOffset GetUtcNow() => Now;
}
