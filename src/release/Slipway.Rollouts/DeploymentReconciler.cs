using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Slipway.Core.Errors;

namespace Slipway.Rollouts;

/// <summary>Brings the server to a desired state: first everything that can fail, then the switch. Call it in the deployment's turn.</summary>
internal sealed partial class DeploymentReconciler(IVersionServer server, DeploymentsReadiness readiness, ILogger<DeploymentReconciler> logger)
{
    private readonly ConcurrentDictionary<string, long> _live = new(StringComparer.Ordinal);

    /// <summary>True when the server answers by this very state.</summary>
    public bool IsLive(DeploymentState state) => _live.TryGetValue(state.Name, out var revision) && revision == state.Revision;

    /// <summary>
    /// Loads and warms what <paramref name="desired"/> names, and returns what the server can be switched to. The stable version must load. The one that a rollback would return to
    /// need not: a version that has become unreadable could otherwise never be replaced.
    /// </summary>
    /// <exception cref="SlipwayException">The stable version cannot be loaded.</exception>
    public async Task<DeploymentState> PrepareAsync(DeploymentState desired, CancellationToken cancellationToken)
    {
        if (desired.Previous is not null)
        {
            try
            {
                await server.PrepareAsync(desired, cancellationToken);
                return desired;
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested)
            {
                // Which of the two it is shows in what follows: when it is the stable one, it fails again and the caller hears why.
                LogNotPrepared(e, desired.Name, desired.Stable.Reference.ToString(), desired.Previous.Reference.ToString());
            }
        }

        var stable = desired with { Previous = null };
        try
        {
            await server.PrepareAsync(stable, cancellationToken);
            return stable;
        }
        catch (SlipwayException e)
        {
            // What is wrong is the version, not the request that names it.
            var kind = e.Kind is ErrorKind.InvalidInput or ErrorKind.NotFound or ErrorKind.TooLarge ? ErrorKind.Failed : e.Kind;
            throw new SlipwayException(kind, $"{desired.Stable.Reference} cannot be loaded for the deployment {desired.Name}: {e.Message}", e);
        }
    }

    /// <summary>Switches the server to what <see cref="PrepareAsync"/> returned.</summary>
    public void Activate(DeploymentState prepared)
    {
        server.Activate(prepared);
        _live[prepared.Name] = prepared.Revision;
        readiness.Mended(prepared.Name);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "For {Deployment}, {Stable} and {Previous} cannot both be loaded; trying {Stable} alone, without a version to roll back to")]
    private partial void LogNotPrepared(Exception exception, string deployment, string stable, string previous);
}
