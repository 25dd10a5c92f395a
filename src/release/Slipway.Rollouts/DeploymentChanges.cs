using Slipway.Rollouts.Releases;

namespace Slipway.Rollouts;

/// <summary>Carries a change of one deployment out, from question to switch. Call it in the deployment's turn.</summary>
internal sealed class DeploymentChanges(
    DeploymentStore deployments, RolloutStore rollouts, ReleaseStore releases, RolloutSignal signal, Admission admission, DeploymentReconciler reconciler)
{
    /// <summary>How the deployment stands now.</summary>
    public async Task<Standing> FindAsync(string name, CancellationToken cancellationToken)
    {
        var deployment = await deployments.FindAsync(name, cancellationToken);
        return new Standing(deployment, deployment?.Candidate is { } candidate ? await rollouts.FindAsync(candidate.Rollout, cancellationToken) : null);
    }

    /// <summary>
    /// Decides, prepares, commits and switches, and returns how the deployment then stands; a rollout that has just ended is still in it. <paramref name="decide"/> is asked again when
    /// another process changed the deployment meanwhile.
    /// </summary>
    public async Task<Standing> CarryOutAsync(string name, Func<Standing, Task<ReleaseChange>> decide, CancellationToken cancellationToken)
    {
        // The turn orders this process's changes. Another process may still have changed the rows: then the rules judge again by what it made of them.
        while (true)
        {
            var before = await FindAsync(name, cancellationToken);
            var change = await decide(before);
            await AdmitAsync(before, change, cancellationToken);
            var after = new Standing(change.Deployment ?? before.Deployment, change.Rollout ?? before.Rollout);
            var prepared = await PrepareAsync(after.Deployment, cancellationToken);

            // Loading may have taken minutes, in which somebody found out that the version must not be used.
            await AdmitAsync(before, change, cancellationToken);

            // From here on the caller cannot leave: what is committed is switched to, and a commit whose caller has gone would otherwise be neither known nor undone.
            if (change.Writes && !await releases.TryCommitAsync(before, change, CancellationToken.None))
            {
                continue;
            }

            if (prepared is not null)
            {
                reconciler.Activate(prepared);
            }

            if (change.Rollout is not null)
            {
                signal.Changed();
            }

            return after;
        }
    }

    /// <summary>As above, by rules that need nothing but the state.</summary>
    public Task<Standing> CarryOutAsync(string name, Func<Standing, ReleaseChange> decide, CancellationToken cancellationToken) =>
        CarryOutAsync(name, standing => Task.FromResult(decide(standing)), cancellationToken);

    private async Task<DeploymentState?> PrepareAsync(DeploymentState? desired, CancellationToken cancellationToken)
    {
        if (desired is null || reconciler.IsLive(desired))
        {
            return null;
        }

        var prepared = await reconciler.PrepareAsync(desired, cancellationToken);
        return prepared.CandidateProblem is { } problem ? throw problem : prepared.State;
    }

    private Task AdmitAsync(Standing before, ReleaseChange change, CancellationToken cancellationToken) => change.Admits is { } admits
        ? admission.CheckAsync(admits, before.Deployment?.Stable.Reference.Model, cancellationToken)
        : Task.CompletedTask;
}
