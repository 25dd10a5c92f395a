namespace Slipway.Monitoring.Outcomes;

/// <summary>Settings of outcomes: <c>monitoring.outcomes</c>.</summary>
public sealed record OutcomesOptions
{
    /// <summary>How long an outcome waits for its prediction, by the server's clock; then it is unknown.</summary>
    public TimeSpan Wait { get; init; } = TimeSpan.FromDays(7);

    /// <summary>The largest body, in bytes.</summary>
    public int MaxBytes { get; init; } = 64 << 20;

    /// <summary>The most outcomes of one request.</summary>
    public int MaxRows { get; init; } = 1_000_000;

    /// <summary>Predictions that are kept in memory to be joined, of all deployments together; older ones are looked up in the log.</summary>
    public int RecentRows { get; init; } = 250_000;

    /// <summary>What those predictions may take, in bytes: wide rows are fewer.</summary>
    public long RecentBytes { get; init; } = 256L << 20;

    /// <summary>Units with a sticky key that a rollout remembers by metric and segment. Beyond them new ones stop counting, and the record says so.</summary>
    public int MaxUnits { get; init; } = 1_000_000;
}
