using Slipway.Core;
using Slipway.Core.Names;
using Slipway.Registry;
using Slipway.Rollouts.Releases;

namespace Slipway.Rollouts;

/// <inheritdoc/>
internal sealed class Deployments(DeploymentStore store, IModelRegistry registry, DeploymentTurns turns, DeploymentChanges changes, TimeProvider time) : IDeployments
{
    public async Task<DeploymentState> DeployAsync(string name, VersionReference version, Actor actor, string? reason, CancellationToken cancellationToken)
    {
        ResourceName.Check(name, "deployment");
        var why = DecisionReason.Check(reason);
        var wanted = new DeployedVersion(version, (await registry.GetAsync(version, cancellationToken)).ArtifactDigest);

        using var turn = await turns.TakeAsync(name, cancellationToken);
        var after = await changes.CarryOutAsync(name, before => Deploy(name, before, wanted, new Move(actor, time.GetUtcNow(), why)), cancellationToken);
        return after.Deployment!;
    }

    public async Task<DeploymentState> RollbackAsync(string name, Actor actor, string? reason, CancellationToken cancellationToken)
    {
        var why = DecisionReason.Check(reason);

        // Deployments are never removed, so what is found here is still there when its turn comes.
        await this.GetAsync(name, cancellationToken);

        using var turn = await turns.TakeAsync(name, cancellationToken);
        var after = await changes.CarryOutAsync(name, before => RollBack(before, new Move(actor, time.GetUtcNow(), why)), cancellationToken);
        return after.Deployment!;
    }

    public Task<DeploymentState?> FindAsync(string name, CancellationToken cancellationToken) => store.FindAsync(name, cancellationToken);

    public Task<IReadOnlyList<DeploymentState>> ListAsync(CancellationToken cancellationToken) => store.ListAsync(cancellationToken);

    private static ReleaseChange Deploy(string name, Standing before, DeployedVersion wanted, Move move)
    {
        var admits = (wanted.Reference, (Action<ModelVersion>)Admission.RequireApproved);
        if (before is { Deployment: { } deployed, Rollout: { } rollout })
        {
            var change = wanted == deployed.Candidate!.Version
                ? RolloutMoves.Promote(before, move with { Sentence = $"{move.Actor} deployed {wanted.Reference}, which the rollout was trying." })
                : RolloutMoves.TakeBack(before, move with { Sentence = $"{move.Actor} deployed {wanted.Reference} while {rollout.Candidate} was being tried, which ends its rollout." }, wanted);
            return change with { Admits = admits };
        }

        var after = before.Deployment?.Deploy(wanted, move.Actor, move.Now) ?? DeploymentState.First(name, wanted, move.Actor, move.Now);
        return ReferenceEquals(after, before.Deployment)
            ? ReleaseChange.None with { Admits = admits }
            : new ReleaseChange { Deployment = after, Events = [RolloutMoves.Deployed(before.Deployment, after, move)], Admits = admits };
    }

    private static ReleaseChange RollBack(Standing before, Move move)
    {
        var deployed = before.Deployment!;
        if (before.Rollout is { } rollout)
        {
            // Whoever rolls back while a candidate is tried means the candidate.
            return RolloutMoves.TakeBack(before, move with { Sentence = $"{move.Actor} took {rollout.Candidate} back." });
        }

        var after = deployed.RollBack(move.Actor, move.Now);
        return new ReleaseChange
        {
            Deployment = after,
            Events = [new DeploymentRolledBack(after.Name, after.Stable.Reference, after.Stable.ArtifactDigest, deployed.Stable.Reference, after.Revision, move.Reason, move.Actor)],
            Admits = (after.Stable.Reference, Admission.RefuseRejected),
        };
    }
}
