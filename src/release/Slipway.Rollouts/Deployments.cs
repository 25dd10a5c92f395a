using Microsoft.Extensions.Logging;
using Slipway.Access;
using Slipway.Core;
using Slipway.Core.Errors;
using Slipway.Core.Names;
using Slipway.Registry;
using Slipway.Registry.Approvals;
using Slipway.Rollouts.Releases;

namespace Slipway.Rollouts;

/// <inheritdoc/>
internal sealed partial class Deployments(
    DeploymentStore store, IModelRegistry registry, IApprovals approvals, DeploymentTurns turns, DeploymentChanges changes, TimeProvider time, ILogger<Deployments> logger) : IDeployments
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

    public async Task<DeploymentState> OverrideAsync(string name, VersionReference version, Caller caller, string? reason, CancellationToken cancellationToken)
    {
        ResourceName.Check(name, "deployment");
        if (!caller.May(Permission.Override))
        {
            throw new SlipwayException(
                ErrorKind.Forbidden, $"{caller.Actor} is {caller.Role.Name()} and may not override the policy of {version.Model}. Ask an admin, or for approval: `slipway approval request {version}`.");
        }

        var why = OverrideState.CheckReason(reason);
        var wanted = new DeployedVersion(version, (await registry.GetAsync(version, cancellationToken)).ArtifactDigest);
        using var turn = await turns.TakeAsync(name, cancellationToken);
        var answered = (await store.FindAsync(name, cancellationToken))?.Stable.Reference;
        var missing = await approvals.ListMissingAsync(version, answered?.Model, cancellationToken);

        // Who overrides what nobody demands has deployed, and nothing else.
        var now = time.GetUtcNow();
        var over = missing.Count == 0 ? null : new OverrideState(caller.Actor.Name, now, why, missing);
        var after = await changes.CarryOutAsync(name, before => Deploy(name, before, wanted, new Move(caller.Actor, now, why) { Override = over }), cancellationToken);
        if (over is not null && answered != version)
        {
            LogOverridden(version.ToString(), name, over.By, why.TrimEnd('.'), string.Join(' ', missing));
        }

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
        var admits = new Admittance(wanted.Reference, move.Override is null ? AdmissionRule.Approved : AdmissionRule.Overridden);
        if (before is { Deployment: { } deployed, Rollout: { } rollout })
        {
            var change = wanted == deployed.Candidate!.Version
                ? RolloutMoves.Promote(before, move with { Sentence = $"{move.Actor} deployed {wanted.Reference}, which the rollout was trying." })
                : RolloutMoves.TakeBack(before, move with { Sentence = $"{move.Actor} deployed {wanted.Reference} while {rollout.Candidate} was being tried, which ends its rollout." }, wanted);
            return change with { Admits = admits };
        }

        var after = before.Deployment?.Deploy(wanted, move.Actor, move.Now, move.Override) ?? DeploymentState.First(name, wanted, move.Actor, move.Now, move.Override);
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
            Admits = new Admittance(after.Stable.Reference, AdmissionRule.NotRejected),
        };
    }

    [LoggerMessage(LogLevel.Warning, "{Version} answers as {Deployment} by an emergency override of {Actor}: {Reason}. It lacks: {Missing}")]
    private partial void LogOverridden(string version, string deployment, string actor, string reason, string missing);
}
