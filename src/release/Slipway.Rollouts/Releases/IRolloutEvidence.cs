namespace Slipway.Rollouts.Releases;

/// <summary>What Rollouts needs to know of live traffic; Monitoring implements it.</summary>
public interface IRolloutEvidence
{
    /// <summary>
    /// The slots (<see cref="RolloutPlan.LookEvery"/> long, aligned to the Unix epoch) of a rollout that ended after <paramref name="after"/> (all, with null) and are closed, oldest first.
    /// A closed slot never changes: what arrives for it later counts in the slot that is open then. Slots without anything new are left out, but the last closed one is always there.
    /// </summary>
    Task<IReadOnlyList<EvidenceSlot>> ReadAsync(string rollout, DateTimeOffset? after, CancellationToken cancellationToken);

    /// <summary>Why there can be no evidence of a deployment, as a sentence; null where there can.</summary>
    string? FindObstacle(string deployment);
}

/// <summary>What a rollout learned in one slot of event time.</summary>
/// <param name="End">The slot's end (UTC).</param>
/// <param name="Counts">One entry a metric, segment and weight.</param>
public sealed record EvidenceSlot(DateTimeOffset End, IReadOnlyList<EvidenceCounts> Counts);

/// <summary>Counts of the loss by arm and bin (<see cref="Statistics.Sequential.LossBins"/>), each unit once.</summary>
/// <param name="Metric">The guardrail's metric.</param>
/// <param name="Segment">Empty for all requests, else <c>workingday=1</c>.</param>
/// <param name="Weight">The candidate's weight when the units were assigned.</param>
/// <param name="Candidate">Units of the candidate by bin.</param>
/// <param name="Stable">Units of the stable version by bin.</param>
public sealed record EvidenceCounts(string Metric, string Segment, double Weight, IReadOnlyDictionary<int, long> Candidate, IReadOnlyDictionary<int, long> Stable);
