using Slipway.Core;
using Slipway.Core.Errors;
using Slipway.Core.Names;
using Slipway.Core.Units;
using Slipway.Registry.Mlflow;
using Slipway.Storage;

namespace Slipway.Registry.Deletion;

/// <inheritdoc/>
internal sealed class VersionDeletion(IModelRegistry registry, RegistryOptions options, Func<IEnumerable<IVersionUse>> uses, Database database, TimeProvider time) : IVersionDeletion
{
    public async Task<ModelVersion> DeleteAsync(VersionReference version, Actor actor, string? reason, CancellationToken cancellationToken)
    {
        var why = DecisionReason.Check(reason);
        var known = await registry.GetAsync(version, cancellationToken);
        await database.WriteAsync(
            async transaction =>
            {
                if (await ModelVersionStore.FindStateAsync(transaction, version) is not { } before || before == VersionState.Deleted)
                {
                    return false;
                }

                await DemandUnusedAsync(transaction, version);
                await ModelVersionStore.DeleteAsync(transaction, known);
                await RegisteredVersionStore.DeleteServableAsync(transaction, version.Model, known.Number);
                await transaction.AppendAsync(new VersionDeleted(version, before, known.ArtifactDigest, why, actor));
                return true;
            },
            cancellationToken);
        return known with { State = VersionState.Deleted };
    }

    private async Task DemandUnusedAsync(WriteTransaction transaction, VersionReference version)
    {
        var since = time.GetUtcNow() - options.KeepLive;
        var found = new List<string>();
        foreach (var use in uses())
        {
            found.AddRange(await use.ListAsync(transaction, version, since));
        }

        if (found.Count > 0)
        {
            throw new SlipwayException(
                ErrorKind.Conflict,
                $"{version} cannot be deleted: {string.Join("; ", found)}. What was live is kept for {Duration.Format(options.KeepLive)} (the setting registry.keepLive), so that there is a way back and an answer to what was live.");
        }
    }
}
