using Slipway.Core;

namespace Slipway.Rollouts.Releases;

/// <summary>Turns a look at the evidence into what commits. Pure.</summary>
internal static class RolloutCourse
{
    /// <summary>Looks at <paramref name="slot"/> (its counts are relevant); nothing, where the rollout has ended or has looked at it already.</summary>
    public static ReleaseChange Look(Standing before, string id, EvidenceSlot slot, DateTimeOffset now)
    {
        if (before.Rollout is not { Status: RolloutStatus.Running or RolloutStatus.Held } rollout || rollout.Id != id || slot.End <= rollout.LookedTo)
        {
            return ReleaseChange.None;
        }

        var verdict = RolloutDecision.Decide(rollout, slot);
        var looked = rollout with
        {
            Looks = rollout.Looks + 1,
            LookedTo = slot.End,
            Evidence = verdict.Evidence,
            StepStartedAt = verdict.StepStartedAt,
            Sentence = verdict.Sentence,
        };
        var look = new RolloutLook(
            rollout.Id, looked.Looks, slot.End, rollout.Weight, slot.Counts, verdict.Evidence, verdict.Action.ToString().ToLowerInvariant(), verdict.Sentence);
        return Act(before with { Rollout = looked }, verdict, new Move(Actor.Policy, now) { Sentence = verdict.Sentence, At = slot.End, Cause = verdict.Cause }) with { Look = look };
    }

    private static ReleaseChange Act(Standing looked, RolloutVerdict verdict, Move move) => verdict.Action switch
    {
        RolloutAction.Promote => RolloutMoves.Promote(looked, move),
        RolloutAction.Rollback => RolloutMoves.TakeBack(looked, move),
        RolloutAction.Advance => RolloutMoves.Step(looked, move),
        RolloutAction.Hold => RolloutMoves.Hold(looked, move),
        RolloutAction.Extend => RolloutMoves.Extend(looked, move),
        _ => new ReleaseChange { Rollout = looked.Rollout! with { Revision = looked.Rollout.Revision + 1 } },
    };
}
