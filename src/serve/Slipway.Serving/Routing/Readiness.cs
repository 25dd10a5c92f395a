using Slipway.Rollouts;

namespace Slipway.Serving.Routing;

/// <summary>Whether everything that was deployed answers again after a start. Once it does, it stays so: later changes switch without a gap.</summary>
internal sealed class Readiness(VersionServer versions, IDeployments deployments)
{
    private volatile bool _ready;

    /// <summary>The deployments that do not answer yet; empty when the server is ready.</summary>
    public async ValueTask<IReadOnlyList<string>> FindMissingAsync(CancellationToken cancellationToken)
    {
        if (_ready)
        {
            return [];
        }

        var wanted = await deployments.ListAsync(cancellationToken);
        var missing = wanted.Where(d => versions.Snapshot.Find(d.Name) is null).Select(d => d.Name).ToList();
        _ready = missing.Count == 0;
        return missing;
    }
}
