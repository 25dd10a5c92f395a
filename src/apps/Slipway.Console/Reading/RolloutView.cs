using Slipway.Rollouts.Releases;
using Slipway.Storage.Events;

namespace Slipway.Console.Reading;

/// <summary>All that a rollout's page shows, read at one moment.</summary>
/// <param name="Model">The project.</param>
/// <param name="Rollout">The rollout.</param>
/// <param name="Looks">Its looks, oldest first.</param>
/// <param name="Decisions">What was decided about it, newest first.</param>
public sealed record RolloutView(string Model, RolloutState Rollout, IReadOnlyList<RolloutLook> Looks, IReadOnlyList<HistoryLine> Decisions)
{
    /// <summary>What one should know about the version that answers, a sentence each.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>True while somebody may promote it or take it back.</summary>
    public bool IsOpen => Rollout.Status is RolloutStatus.Running or RolloutStatus.Held;

    /// <summary>What is known, metric by metric: all requests first, then the segments in order.</summary>
    public IReadOnlyList<IGrouping<string, GuardrailEvidence>> ByMetric =>
        [.. Rollout.Evidence.OrderBy(e => e.Segment, StringComparer.Ordinal).GroupBy(e => e.Metric).OrderBy(g => g.Key, StringComparer.Ordinal)];

    /// <summary>True when an event of the deployment is about the rollout.</summary>
    internal static bool IsAbout(StoredEvent stored, string id)
    {
        using var data = System.Text.Json.JsonDocument.Parse(stored.Data);
        return data.RootElement.ValueKind == System.Text.Json.JsonValueKind.Object
            && data.RootElement.TryGetProperty("rollout", out var rollout) && rollout.ValueKind == System.Text.Json.JsonValueKind.String && rollout.GetString() == id;
    }
}
