namespace Slipway.Rollouts.Releases;

/// <summary>What a look at the evidence leads to.</summary>
internal enum RolloutAction
{
    /// <summary>Nothing changes.</summary>
    Wait,

    /// <summary>The next step begins.</summary>
    Advance,

    /// <summary>The candidate answers everybody.</summary>
    Promote,

    /// <summary>The share stays until a person decides.</summary>
    Hold,

    /// <summary>The step begins again.</summary>
    Extend,

    /// <summary>The candidate is taken back.</summary>
    Rollback,
}

/// <summary>A decision with what led to it.</summary>
/// <param name="Action">What is to happen.</param>
/// <param name="Evidence">What is known after the look.</param>
/// <param name="StepStartedAt">When the step began, in event time.</param>
/// <param name="Cause">What proves harm, or null.</param>
/// <param name="Sentence">One sentence for people.</param>
internal sealed record RolloutVerdict(
    RolloutAction Action, IReadOnlyList<GuardrailEvidence> Evidence, DateTimeOffset? StepStartedAt, GuardrailEvidence? Cause, string Sentence);

/// <summary>
/// Decides about a canary from its state and one closed slot of evidence (statistics: "Decision per step"). Pure, and in event time only: the same slots lead to the same decisions, one at
/// a time as they close, or all at once years later.
/// </summary>
internal static class RolloutDecision
{
    /// <summary>Units of each version that every guardrail must have counted before a step passes without proof of safety. No data is never success.</summary>
    public const int MinUnits = 30;

    /// <summary>Folds <paramref name="slot"/>, whose counts are relevant, into the evidence and decides. An empty slot is looked at only when <see cref="NextDeadline"/> has come.</summary>
    public static RolloutVerdict Decide(RolloutState rollout, EvidenceSlot slot)
    {
        var plan = rollout.Plan;
        var evidence = EvidenceFold.Add(plan, rollout.Evidence, slot.Counts);
        var started = rollout.StepStartedAt ?? (slot.Counts.Count > 0 ? slot.End - plan.LookEvery : null);
        var known = new RolloutKnowledge(rollout, evidence);
        RolloutVerdict Verdict(RolloutAction action, string sentence, GuardrailEvidence? cause = null) => new(action, evidence, started, cause, sentence);

        if (known.Harm is { } harm)
        {
            return Verdict(RolloutAction.Rollback, RolloutSentences.Harm(known, harm), harm);
        }

        // Once a person was asked, a person answers: a hold that dissolved by itself would surprise whoever is about to decide.
        if (rollout.Status == RolloutStatus.Held)
        {
            return Verdict(RolloutAction.Wait, RolloutSentences.StillHeld(known));
        }

        // A candidate may be better over all requests and broken in a rare segment. As long as one is open the step takes all of its time, in which harm there can still show.
        if (known.IsSafe && slot.End - started >= (known.OpenSegment is null ? plan.LookEvery : plan.Steps[rollout.Step].For))
        {
            return known.IsLastStep
                ? Verdict(RolloutAction.Promote, RolloutSentences.Safe(known))
                : Verdict(RolloutAction.Advance, RolloutSentences.Safe(known));
        }

        if (slot.End - started < plan.Steps[rollout.Step].For || started is null)
        {
            return Verdict(RolloutAction.Wait, RolloutSentences.Wait(known));
        }

        if (!known.IsLastStep && plan.Advance == "no-harm" && known.HasExposure)
        {
            return Verdict(RolloutAction.Advance, RolloutSentences.NoHarm(known));
        }

        return plan.Inconclusive switch
        {
            "extend" => Verdict(RolloutAction.Extend, RolloutSentences.Extended(known)),
            "rollback" => Verdict(RolloutAction.Rollback, RolloutSentences.GivenUp(known)),
            _ => Verdict(RolloutAction.Hold, RolloutSentences.Held(known)),
        };
    }

    /// <summary>
    /// When the step's time is over: the end of the first slot that ends then or later. Null while that changes nothing: the rollout is held or has ended, or the step waits for its first
    /// evidence. Slots without anything new are never stored, so this is the one moment at which time alone decides.
    /// </summary>
    public static DateTimeOffset? NextDeadline(RolloutState rollout)
    {
        if (rollout.Status != RolloutStatus.Running || rollout.StepStartedAt is not { } started)
        {
            return null;
        }

        var over = (started + rollout.Plan.Steps[rollout.Step].For).UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks;
        var every = rollout.Plan.LookEvery.Ticks;
        var slots = (over + every - 1) / every;
        return DateTimeOffset.UnixEpoch.AddTicks(slots * every);
    }
}
