using Slipway.Core;
using Slipway.Core.Errors;
using Slipway.Core.Names;
using Slipway.Registry;

namespace Slipway.Rollouts.Releases;

/// <inheritdoc/>
internal sealed class RolloutBook(
    RolloutStore store,
    DeploymentTurns turns,
    DeploymentChanges changes,
    RolloutReconciler reconciler,
    RolloutStart start,
    IDeployments deployments,
    TimeProvider time) : IRollouts
{
    public async Task<RolloutState> StartAsync(RolloutRequest request, Actor actor, CancellationToken cancellationToken)
    {
        ResourceName.Check(request.Deployment, "deployment");
        var move = new Move(actor, time.GetUtcNow(), DecisionReason.Check(request.Reason));
        if (request.Origin is { } origin && await store.FindByOriginAsync(origin, cancellationToken) is { } known)
        {
            return known;
        }

        var wanted = await start.PlanAsync(request, cancellationToken);
        using var turn = await turns.TakeAsync(request.Deployment, cancellationToken);
        RolloutState? found = null;
        var after = await changes.CarryOutAsync(
            request.Deployment,
            async before =>
            {
                found = await start.FindAsync(request, before, wanted, cancellationToken);
                return found is null ? await start.BeginAsync(request, before, wanted, move, cancellationToken) : ReleaseChange.None;
            },
            cancellationToken);

        // What begins may go on at once, and what was found may not have come that far.
        var moved = await reconciler.ReconcileAsync(request.Deployment, cancellationToken);
        var rollout = found ?? after.Rollout!;
        return moved?.Id == rollout.Id ? moved : rollout;
    }

    public Task<RolloutState> PromoteAsync(string id, Actor actor, string? reason, CancellationToken cancellationToken) =>
        EndAsync(id, new Move(actor, time.GetUtcNow(), DecisionReason.Check(reason)), Promote, cancellationToken);

    public Task<RolloutState> RollBackAsync(string id, Actor actor, string? reason, CancellationToken cancellationToken) =>
        EndAsync(id, new Move(actor, time.GetUtcNow(), DecisionReason.Check(reason)), TakeBack, cancellationToken);

    public async Task ReconcileAsync(string deployment, CancellationToken cancellationToken)
    {
        using var turn = await turns.TakeAsync(deployment, cancellationToken);
        await reconciler.ReconcileAsync(deployment, cancellationToken);
    }

    public Task<RolloutState?> FindAsync(string id, CancellationToken cancellationToken) => store.FindAsync(id, cancellationToken);

    public async Task<RolloutState?> FindActiveAsync(string deployment, CancellationToken cancellationToken) =>
        (await deployments.FindAsync(deployment, cancellationToken))?.Candidate is { } candidate ? await store.FindAsync(candidate.Rollout, cancellationToken) : null;

    public Task<IReadOnlyList<RolloutState>> ListAsync(string deployment, int limit, CancellationToken cancellationToken) => store.ListAsync(deployment, limit, cancellationToken);

    public Task<IReadOnlyList<RolloutLook>> ListLooksAsync(string id, CancellationToken cancellationToken) => store.ListLooksAsync(id, cancellationToken);

    private async Task<RolloutState> EndAsync(string id, Move move, Func<Standing, Move, ReleaseChange> end, CancellationToken cancellationToken)
    {
        var listed = await this.GetAsync(id, cancellationToken);
        using var turn = await turns.TakeAsync(listed.Deployment, cancellationToken);
        var after = await changes.CarryOutAsync(
            listed.Deployment,
            async before => before.Rollout?.Id == id ? end(before, move) : throw HasEnded(await this.GetAsync(id, cancellationToken)),
            cancellationToken);
        return after.Rollout!;
    }

    private static ReleaseChange Promote(Standing standing, Move move)
    {
        var rollout = standing.Rollout!;
        var sentence = $"{move.Actor} promoted {rollout.Candidate} at {Core.Units.Percent.Format(rollout.Weight)} of requests{Because(move)}.";
        return RolloutMoves.Promote(standing, move with { Sentence = sentence }) with { Admits = new Admittance(rollout.Candidate, AdmissionRule.Approved) };
    }

    private static ReleaseChange TakeBack(Standing standing, Move move) =>
        RolloutMoves.TakeBack(standing, move with { Sentence = $"{move.Actor} took {standing.Rollout!.Candidate} back{Because(move)}." });

    private static string Because(Move move) => move.Reason is null ? "" : $": {move.Reason.TrimEnd('.')}";

    private static SlipwayException HasEnded(RolloutState rollout) => new(
        ErrorKind.Conflict,
        $"The rollout of {rollout.Candidate} to {rollout.Deployment} has ended: it was {(rollout.Status == RolloutStatus.Promoted ? "promoted" : "rolled back")}. `slipway deploy` and `slipway rollback` change what answers.");
}
