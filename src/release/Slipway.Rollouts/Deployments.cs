using Slipway.Core;
using Slipway.Core.Errors;
using Slipway.Core.Names;
using Slipway.Registry;
using Slipway.Storage.Events;

namespace Slipway.Rollouts;

/// <inheritdoc/>
internal sealed class Deployments(
    DeploymentStore store, IModelRegistry registry, DeploymentTurns turns, DeploymentReconciler reconciler, TimeProvider time) : IDeployments
{
    public async Task<DeploymentState> DeployAsync(string name, VersionReference version, Actor actor, string? reason, CancellationToken cancellationToken)
    {
        ResourceName.Check(name, "deployment");
        var why = DecisionReason.Check(reason);
        var wanted = new DeployedVersion(version, (await registry.GetAsync(version, cancellationToken)).ArtifactDigest);

        return await ChangeAsync(
            name,
            before => before?.Deploy(wanted, actor, time.GetUtcNow()) ?? DeploymentState.First(name, wanted, actor, time.GetUtcNow()),
            RequireApproved,
            (before, after) => new VersionDeployed(name, version, wanted.ArtifactDigest, before?.Stable.Reference, after.Revision, why, actor),
            cancellationToken);
    }

    public async Task<DeploymentState> RollbackAsync(string name, Actor actor, string? reason, CancellationToken cancellationToken)
    {
        var why = DecisionReason.Check(reason);

        // Deployments are never removed, so what is found here is still there when its turn comes.
        await this.GetAsync(name, cancellationToken);

        return await ChangeAsync(
            name,
            before => before!.RollBack(actor, time.GetUtcNow()),
            RefuseRejected,
            (before, after) => new DeploymentRolledBack(name, after.Stable.Reference, after.Stable.ArtifactDigest, before!.Stable.Reference, after.Revision, why, actor),
            cancellationToken);
    }

    public Task<DeploymentState?> FindAsync(string name, CancellationToken cancellationToken) => store.FindAsync(name, cancellationToken);

    public Task<IReadOnlyList<DeploymentState>> ListAsync(CancellationToken cancellationToken) => store.ListAsync(cancellationToken);

    private async Task<DeploymentState> ChangeAsync(
        string name,
        Func<DeploymentState?, DeploymentState> decide,
        Action<ModelVersion> admit,
        Func<DeploymentState?, DeploymentState, IEvent> announce,
        CancellationToken cancellationToken)
    {
        using var turn = await turns.TakeAsync(name, cancellationToken);

        // The turn orders this process's changes. Another process may still have changed the row: then the rules judge again by what it made of it.
        while (true)
        {
            var before = await store.FindAsync(name, cancellationToken);
            var after = decide(before);
            admit(await registry.GetAsync(after.Stable.Reference, cancellationToken));
            if (ReferenceEquals(before, after) && reconciler.IsLive(after))
            {
                return after;
            }

            var prepared = await reconciler.PrepareAsync(after, cancellationToken);

            // Loading may have taken minutes, in which somebody found out that the version must not be used.
            admit(await registry.GetAsync(after.Stable.Reference, cancellationToken));

            // From here on the caller cannot leave: what is committed is switched to, and a commit whose caller has gone would otherwise be neither known nor undone.
            if (ReferenceEquals(before, after) || await store.TrySaveAsync(before, after, announce(before, after), CancellationToken.None))
            {
                reconciler.Activate(prepared);
                return after;
            }
        }
    }

    private static void RequireApproved(ModelVersion version)
    {
        if (version.State is VersionState.Approved)
        {
            return;
        }

        throw new SlipwayException(ErrorKind.Conflict, version.State switch
        {
            VersionState.Draft => $"{version.Reference} is a draft and has not passed validation, so it cannot be deployed. Run its project's gates with `slipway apply` first.",
            VersionState.Validated => $"{version.Reference} is validated but not approved, so it cannot be deployed. Approve it first.",
            _ => $"{version.Reference} is {version.State.ToString().ToLowerInvariant()} and cannot be deployed. Deploy another version.",
        });
    }

    // Whoever rolls back is in a hurry, and the version has answered before; only one that must not be used at all is refused.
    private static void RefuseRejected(ModelVersion version)
    {
        if (version.State is VersionState.Rejected)
        {
            throw new SlipwayException(ErrorKind.Conflict, $"{version.Reference}, which answered before, has been rejected since. Deploy another version instead.");
        }
    }
}
