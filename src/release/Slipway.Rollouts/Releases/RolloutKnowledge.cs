namespace Slipway.Rollouts.Releases;

/// <summary>What the evidence says about a canary as a whole.</summary>
internal sealed class RolloutKnowledge(RolloutState rollout, IReadOnlyList<GuardrailEvidence> evidence)
{
    /// <summary>The rollout before the look.</summary>
    public RolloutState Rollout => rollout;

    /// <summary>What is known of each guardrail, overall and in segments.</summary>
    public IReadOnlyList<GuardrailEvidence> Evidence => evidence;

    /// <summary>Each guardrail's evidence of all requests.</summary>
    public IReadOnlyList<GuardrailEvidence> Overall { get; } = [.. evidence.Where(e => e.Segment.Length == 0)];

    /// <summary>The strongest proof of harm, or null. A segment is named before all requests where both prove it at one look: it says where to search.</summary>
    public GuardrailEvidence? Harm => evidence
        .Where(e => e.Comparison.LogHarm >= e.HarmLimit)
        .OrderByDescending(e => e.Segment.Length > 0)
        .ThenByDescending(e => e.Comparison.LogHarm - e.HarmLimit)
        .FirstOrDefault();

    /// <summary>The guardrails that have not been proven safe.</summary>
    public IReadOnlyList<GuardrailEvidence> Unproven => [.. Overall.Where(e => e.Comparison.LogSafe < e.SafeLimit)];

    /// <summary>True when every guardrail is proven safe. A plan without any is safe by nothing.</summary>
    public bool IsSafe => Overall.Count > 0 && Unproven.Count == 0;

    /// <summary>The segment that is furthest from its proof of safety, or null when all that were seen are proven safe.</summary>
    public GuardrailEvidence? OpenSegment => evidence
        .Where(e => e.Segment.Length > 0 && e.Comparison.LogSafe < e.SafeLimit)
        .MaxBy(e => e.SafeLimit - e.Comparison.LogSafe);

    /// <summary>The guardrail with the fewest units, if they are too few to pass a step without proof.</summary>
    public GuardrailEvidence? Unexposed => Overall
        .Where(e => Math.Min(e.Comparison.Candidate.Count, e.Comparison.Stable.Count) < RolloutDecision.MinUnits)
        .MinBy(e => Math.Min(e.Comparison.Candidate.Count, e.Comparison.Stable.Count));

    /// <summary>True when every guardrail has counted enough units of both versions.</summary>
    public bool HasExposure => Overall.Count > 0 && Unexposed is null;

    /// <summary>True in the last step below 100 %.</summary>
    public bool IsLastStep => rollout.Step == rollout.Plan.Steps.Count - 1;
}
