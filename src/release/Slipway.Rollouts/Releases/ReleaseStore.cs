using Slipway.Core.Errors;
using Slipway.Registry;
using Slipway.Rollouts.History;
using Slipway.Storage;

namespace Slipway.Rollouts.Releases;

/// <summary>Commits deployment, rollout, look and events together, or none of them.</summary>
internal sealed class ReleaseStore(Database database, IModelRegistry registry)
{
    /// <summary>False, and nothing is changed, when deployment or rollout is no longer what <paramref name="before"/> says: the race is settled in the database.</summary>
    public async Task<bool> TryCommitAsync(Standing before, ReleaseChange change, CancellationToken cancellationToken)
    {
        try
        {
            await database.WriteAsync(
                async transaction =>
                {
                    await SaveAsync(transaction, before, change);
                    return true;
                },
                cancellationToken);
            return true;
        }
        catch (LostRaceException)
        {
            return false;
        }
    }

    private async Task SaveAsync(WriteTransaction transaction, Standing before, ReleaseChange change)
    {
        // Whoever decides about a version, or deletes it, does so in a transaction, too: of the two the later one sees the other.
        if (change.Admits is { } admits && await registry.FindStateAsync(transaction, admits.Version) is var state && !admits.Rule.Allows(state))
        {
            throw new SlipwayException(ErrorKind.Conflict, $"{admits.Version} has just become {state?.ToString().ToLowerInvariant()}, so it cannot answer. `slipway approval status {admits.Version}` shows why.");
        }

        if (change.Deployment is { } deployment && !await DeploymentStore.TrySaveAsync(transaction, before.Deployment, deployment))
        {
            throw new LostRaceException();
        }

        if (change.Rollout is { } rollout)
        {
            var former = before.Rollout?.Id == rollout.Id ? before.Rollout : null;
            if (!await RolloutStore.TrySaveAsync(transaction, former, rollout))
            {
                throw new LostRaceException();
            }
        }

        if (change.Look is { } look)
        {
            await RolloutStore.AddAsync(transaction, look);
        }

        var positions = new List<long>();
        foreach (var happened in change.Events)
        {
            positions.Add(await transaction.AppendAsync(happened));
        }

        if (change.Deployment is { } changed && positions is [var first, ..])
        {
            await DeployedVersionStore.SaveAsync(transaction, before.Deployment, changed, first, positions[^1]);
        }
    }

    // Only an exception undoes what the transaction has done so far.
    private sealed class LostRaceException : Exception;
}
