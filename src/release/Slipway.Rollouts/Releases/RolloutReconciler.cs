using Slipway.Core;
using Slipway.Registry.Approvals;

namespace Slipway.Rollouts.Releases;

/// <summary>
/// Brings a deployment's rollout as far as its evidence allows: reads the slots that have closed, decides about each by <see cref="RolloutDecision"/>, commits and switches. Call it in the
/// deployment's turn. It may be killed at any instruction and run again: what is committed is never looked at a second time, and what is not is decided anew from the same slots.
/// </summary>
internal sealed class RolloutReconciler(DeploymentChanges changes, RolloutNeighbours neighbours, IApprovals approvals, DeploymentReconciler server, TimeProvider time)
{
    /// <summary>Returns the rollout as it then stands, or null when none was under way.</summary>
    public async Task<RolloutState?> ReconcileAsync(string deployment, CancellationToken cancellationToken)
    {
        var standing = await changes.FindAsync(deployment, cancellationToken);
        if (standing.Rollout is { } active && !server.IsLive(standing.Deployment!))
        {
            // Evidence that was gathered while the server answered by another state is kept apart by its weights, but the shares must be right from here on.
            standing = await changes.CarryOutAsync(deployment, _ => ReleaseChange.None, cancellationToken);
        }

        while (standing.Rollout is { EndedAt: null } rollout)
        {
            var next = await MoveOnAsync(standing, rollout, cancellationToken);
            if (next.Rollout?.Revision == rollout.Revision)
            {
                break;
            }

            standing = next;
        }

        return standing.Rollout;
    }

    private async Task<Standing> MoveOnAsync(Standing standing, RolloutState rollout, CancellationToken cancellationToken)
    {
        // The same rule as at its start. Whatever it lacks now, the next step would make it answer more callers without it.
        if (await approvals.ListMissingAsync(rollout.Candidate, rollout.Stable?.Model, cancellationToken) is { Count: > 0 } missing)
        {
            var sentence = $"{rollout.Candidate} may no longer be deployed, so it is taken back. {string.Join(' ', missing)}";
            return await CarryOutAsync(rollout, before => RolloutMoves.TakeBack(before, Policy(sentence)), cancellationToken);
        }

        if (rollout.Plan.Strategy == PlanCheck.BlueGreen)
        {
            var ready = $"{rollout.Candidate} is loaded and warm, so it answers everybody; {rollout.Stable} stays loaded for the way back.";
            return await CarryOutAsync(rollout, before => RolloutMoves.Promote(before, Policy(ready)), cancellationToken);
        }

        var slots = neighbours.Evidence is { } evidence ? await evidence.ReadAsync(rollout.Id, rollout.LookedTo, cancellationToken) : [];
        foreach (var slot in slots.OrderBy(s => s.End).Select(s => s with { Counts = EvidenceFold.Relevant(rollout.Plan, s.Counts) }))
        {
            standing = await LookAsync(standing, rollout.Id, slot, cancellationToken);
        }

        return standing;
    }

    // A step may end in a gap between two slots. It is decided as of its end, before anything later is known, so that the answer does not depend on when somebody asked.
    private async Task<Standing> LookAsync(Standing standing, string id, EvidenceSlot slot, CancellationToken cancellationToken)
    {
        var isEmpty = slot.Counts.Count == 0;
        while (standing.Rollout is { EndedAt: null } rollout
            && RolloutDecision.NextDeadline(rollout) is { } deadline
            && !(deadline <= rollout.LookedTo)
            && (deadline < slot.End || (isEmpty && deadline == slot.End)))
        {
            standing = await changes.CarryOutAsync(
                rollout.Deployment, before => RolloutCourse.Look(before, id, new EvidenceSlot(deadline, []), time.GetUtcNow()), cancellationToken);
        }

        return standing.Rollout is { EndedAt: null } going && !isEmpty
            ? await changes.CarryOutAsync(going.Deployment, before => RolloutCourse.Look(before, id, slot, time.GetUtcNow()), cancellationToken)
            : standing;
    }

    private Task<Standing> CarryOutAsync(RolloutState rollout, Func<Standing, ReleaseChange> move, CancellationToken cancellationToken) =>
        changes.CarryOutAsync(rollout.Deployment, before => before.Rollout?.Id == rollout.Id ? move(before) : ReleaseChange.None, cancellationToken);

    private Move Policy(string sentence) => new(Actor.Policy, time.GetUtcNow()) { Sentence = sentence };
}
