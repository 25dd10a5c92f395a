using Slipway.Core.Names;
using Slipway.Statistics.Sequential;

namespace Slipway.Rollouts.Releases;

/// <summary>How a rollout stands.</summary>
public enum RolloutStatus
{
    /// <summary>The candidate is being judged.</summary>
    Running,

    /// <summary>A step ended without a verdict: the weight stays until somebody promotes or rolls back. Looks go on, and proven harm still takes the candidate back.</summary>
    Held,

    /// <summary>The candidate is the stable version.</summary>
    Promoted,

    /// <summary>The candidate was taken back.</summary>
    RolledBack,
}

/// <summary>One rollout: a deployment on its way from its stable version to a candidate.</summary>
public sealed record RolloutState
{
    /// <summary>Its id (UUIDv7, 32 digits), which is also the salt of the assignment.</summary>
    public required string Id { get; init; }

    /// <summary>The deployment.</summary>
    public required string Deployment { get; init; }

    /// <summary>What answered when it began; null for a deployment's first version.</summary>
    public VersionReference? Stable { get; init; }

    /// <summary>The version that is tried.</summary>
    public required VersionReference Candidate { get; init; }

    /// <summary>How it goes about it.</summary>
    public required RolloutPlan Plan { get; init; }

    /// <summary>How it stands.</summary>
    public RolloutStatus Status { get; init; } = RolloutStatus.Running;

    /// <summary>The index of the step that it is in.</summary>
    public int Step { get; init; }

    /// <summary>The candidate's share of requests now.</summary>
    public double Weight { get; init; }

    /// <summary>When the step began, in event time: at the beginning of the first slot that brought evidence in it; null until then.</summary>
    public DateTimeOffset? StepStartedAt { get; init; }

    /// <summary>Looks so far.</summary>
    public int Looks { get; init; }

    /// <summary>Up to where evidence was looked at, in event time; null before the first look.</summary>
    public DateTimeOffset? LookedTo { get; init; }

    /// <summary>The comparison of each guardrail overall and in each segment.</summary>
    public IReadOnlyList<GuardrailEvidence> Evidence { get; init; } = [];

    /// <summary>The last decision, with its numbers, in a sentence or two for people.</summary>
    public string Sentence { get; init; } = "";

    /// <summary>When it began (UTC, the server's clock).</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>When it ended (UTC, the server's clock), or null.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>Who began it.</summary>
    public required string StartedBy { get; init; }

    /// <summary>What asked for it, such as a pipeline run's id: asking again under the same origin returns this rollout and starts nothing.</summary>
    public string? Origin { get; init; }

    /// <summary>Grows with every change.</summary>
    public long Revision { get; init; } = 1;
}

/// <summary>What is known about one guardrail in one segment.</summary>
/// <param name="Metric">The guardrail's metric.</param>
/// <param name="Segment">Empty for all requests, else <c>workingday=1</c>.</param>
/// <param name="HarmLimit">
/// The log e-value at which harm is proven: ln(1 / share of α). Without segments each of G guardrails gets α/G; with segments, all requests get half of that, and a guardrail's k-th segment
/// value to appear the other half over k(k+1).
/// </param>
/// <param name="SafeLimit">The log e-value at which safety is proven: ln(1 / α).</param>
/// <param name="Comparison">Counts, means and log e-values.</param>
public sealed record GuardrailEvidence(string Metric, string Segment, double HarmLimit, double SafeLimit, LossComparison Comparison);

/// <summary>One look at the evidence, kept so that the verdict can be recomputed.</summary>
/// <param name="Rollout">The rollout's id.</param>
/// <param name="Number">1, 2, 3 …</param>
/// <param name="At">The event time up to which evidence was looked at.</param>
/// <param name="Weight">The candidate's weight in force.</param>
/// <param name="Counts">What was new.</param>
/// <param name="Evidence">What is known after it.</param>
/// <param name="Decision">wait, advance, promote, hold, extend or rollback.</param>
/// <param name="Sentence">One sentence for people.</param>
public sealed record RolloutLook(
    string Rollout, int Number, DateTimeOffset At, double Weight, IReadOnlyList<EvidenceCounts> Counts, IReadOnlyList<GuardrailEvidence> Evidence, string Decision, string Sentence);
