using System.Collections.Concurrent;
using Slipway.Rollouts.Releases;

namespace Slipway.Release.Tests.Rollouts;

/// <summary>Evidence that a test has written. Like the real one it hands out closed slots only, leaves empty ones out, and always names the last closed one.</summary>
internal sealed class ScriptedEvidence : IRolloutEvidence
{
    private readonly ConcurrentDictionary<string, Script> _scripts = new(StringComparer.Ordinal);

    /// <summary>Is called when somebody reads; throwing here is what a kill at that moment looks like to the tables.</summary>
    public Action OnRead { get; set; } = () => { };

    /// <summary>Gives a rollout its slots, of which those that end by <paramref name="closedTo"/> are closed.</summary>
    public void Write(string rollout, IReadOnlyList<EvidenceSlot> slots, DateTimeOffset closedTo) => _scripts[rollout] = new Script(slots, closedTo);

    /// <summary>Why there can be none, by deployment.</summary>
    public ConcurrentDictionary<string, string> Obstacles { get; } = new(StringComparer.Ordinal);

    public string? FindObstacle(string deployment) => Obstacles.GetValueOrDefault(deployment);

    public Task<IReadOnlyList<EvidenceSlot>> ReadAsync(string rollout, DateTimeOffset? after, CancellationToken cancellationToken)
    {
        OnRead();
        if (!_scripts.TryGetValue(rollout, out var script))
        {
            return Task.FromResult<IReadOnlyList<EvidenceSlot>>([]);
        }

        var slots = script.Slots.Where(s => s.End <= script.ClosedTo && !(s.End <= after) && s.Counts.Count > 0).ToList();
        if (!(script.ClosedTo <= after) && !slots.Any(s => s.End == script.ClosedTo))
        {
            slots.Add(new EvidenceSlot(script.ClosedTo, []));
        }

        return Task.FromResult<IReadOnlyList<EvidenceSlot>>(slots);
    }

    private sealed record Script(IReadOnlyList<EvidenceSlot> Slots, DateTimeOffset ClosedTo);
}
