using System.Text.Json;
using Slipway.Core;
using Slipway.Core.Names;
using Slipway.Rollouts.Releases;
using Slipway.Storage.Events;

namespace Slipway.Rollouts.History;

/// <summary>The events that say how a deployment stood, and what each of them says.</summary>
internal static class HistoryEvents
{
    /// <summary>All of them: whatever else happens to a deployment (alerts, deliveries) changes no role.</summary>
    public static EventSet All { get; } = new(
        "events_of_deployments",
        nameof(VersionDeployed),
        nameof(DeploymentRolledBack),
        nameof(RolloutStarted),
        nameof(RolloutStepped),
        nameof(RolloutPromoted),
        nameof(RolloutRolledBack),
        nameof(RolloutHeld),
        nameof(RolloutExtended));

    /// <summary>Those that name the stable version and the one before it: nothing earlier is needed to know these two.</summary>
    public static IReadOnlyList<string> OfStable { get; } = [nameof(VersionDeployed), nameof(DeploymentRolledBack)];

    /// <summary>Those that change roles or weights; the others keep them.</summary>
    public static IReadOnlyList<string> OfRoles { get; } = [.. All.Types.Except([nameof(RolloutHeld), nameof(RolloutExtended)])];

    /// <summary>Reads an event.</summary>
    public static HistoryEvent Read(StoredEvent stored)
    {
        var data = JsonSerializer.Deserialize<Data>(stored.Data, SlipwayJson.Options)!;
        var (what, sentence) = stored.Type switch
        {
            nameof(VersionDeployed) => ("deployed", data.Former is null ? $"{data.Version} answers as {data.Deployment}, which had no version before." : $"{data.Version} answers instead of {data.Former}."),
            nameof(DeploymentRolledBack) => ("rolledBack", $"{data.Deployment} went back from {data.Former} to {data.Version}."),
            nameof(RolloutStarted) => ("started", data.Why),
            nameof(RolloutStepped) => ("stepped", data.Why),
            nameof(RolloutPromoted) => ("promoted", data.Why),
            nameof(RolloutRolledBack) => ("takenBack", data.Why),
            nameof(RolloutHeld) => ("held", data.Why),
            nameof(RolloutExtended) => ("extended", data.Why),
            _ => throw new InvalidOperationException($"{stored.Type} is no event of a deployment's history."),
        };
        var decision = new HistoryDecision
        {
            Position = stored.Position,
            At = stored.At,
            What = what,
            Sentence = sentence ?? "",
            Actor = stored.Actor,
            Reason = data.Reason,
            Rollout = data.Rollout,
            EvidenceTo = data.At,
        };
        return new HistoryEvent(stored.Type, decision, data.Revision, roles => Apply(stored.Type, data, roles));
    }

    // Every event says what was tried from then on, and the first three what was stable.
    private static Roles? Apply(string type, Data data, Roles? before) => type switch
    {
        nameof(VersionDeployed) or nameof(DeploymentRolledBack) => new Roles(data.Version, data.Former, null),
        nameof(RolloutStarted) => new Roles(data.Stable!, before?.Previous, Tried(data)),
        nameof(RolloutRolledBack) => new Roles(data.Stable!, before?.Previous, null),
        nameof(RolloutPromoted) => before is null ? null : before with { Candidate = null },
        _ => before is null ? null : before with { Candidate = Tried(data) },
    };

    private static TriedVersion Tried(Data data) => new(data.Version, data.Weight, data.Rollout!);

    // What history reads of them; the figures of guardrails, which are most of an event, it does not.
    private sealed record Data
    {
        public required string Deployment { get; init; }
        public required VersionReference Version { get; init; }
        public VersionReference? Stable { get; init; }
        public VersionReference? Former { get; init; }
        public double Weight { get; init; }
        public string? Rollout { get; init; }
        public long? Revision { get; init; }
        public string? Reason { get; init; }
        public string? Why { get; init; }
        public DateTimeOffset? At { get; init; }
    }
}

/// <summary>An event of a deployment's history.</summary>
/// <param name="Type">Its type.</param>
/// <param name="Decision">What it says to people.</param>
/// <param name="Revision">The deployment's revision from then on; null where it changed nothing. Events of one change have one revision.</param>
/// <param name="Apply">Roles before it to roles after it.</param>
internal sealed record HistoryEvent(string Type, HistoryDecision Decision, long? Revision, Func<Roles?, Roles?> Apply)
{
    /// <summary>True when it names the stable version and the one before it.</summary>
    public bool IsBase => HistoryEvents.OfStable.Contains(Type);
}

/// <summary>What a deployment's versions are.</summary>
/// <param name="Stable">The version that answers.</param>
/// <param name="Previous">The version that a rollback returns to.</param>
/// <param name="Candidate">The version that is tried.</param>
internal sealed record Roles(VersionReference Stable, VersionReference? Previous, TriedVersion? Candidate);

/// <summary>A version that is tried.</summary>
internal sealed record TriedVersion(VersionReference Version, double Weight, string Rollout);
