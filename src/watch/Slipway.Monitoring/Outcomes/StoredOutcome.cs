namespace Slipway.Monitoring.Outcomes;

/// <summary>An outcome, and what became of it; moments are UTC ticks.</summary>
internal sealed class StoredOutcome
{
    public required string Id { get; init; }

    public required string Label { get; init; }

    public long? KnownAt { get; init; }

    public required long ReceivedAt { get; init; }

    public required int State { get; init; }

    public string StateName => State switch { 0 => "waiting", 1 => "joined", _ => "unknown" };

    public DateTimeOffset Received => new(ReceivedAt, TimeSpan.Zero);

    public DateTimeOffset? Known => KnownAt is { } at ? new DateTimeOffset(at, TimeSpan.Zero) : null;
}
