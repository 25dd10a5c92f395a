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
    /// need not: a version that has become unreadable could otherwise never be replaced. A candidate that does not load is left out, and the result says why.
    /// </summary>
    /// <exception cref="SlipwayException">The stable version cannot be loaded.</exception>
    public async Task<PreparedDeployment> PrepareAsync(DeploymentState desired, CancellationToken cancellationToken)
    {
        try
        {
            return new PreparedDeployment(await PrepareStableAsync(desired, cancellationToken), null);
        }
        catch (SlipwayException e) when (desired.Candidate is not null)
        {
            // Which of the two it is shows in what follows: when it is the stable one, it fails again and the caller hears why.
            var stable = await PrepareStableAsync(desired with { Candidate = null }, cancellationToken);
            var cause = e.InnerException ?? e;
            return new PreparedDeployment(
                stable, new SlipwayException(e.Kind, $"{desired.Candidate!.Version.Reference} cannot be loaded for the deployment {desired.Name}: {cause.Message}", cause));
        }
    }

    /// <summary>Switches the server to what <see cref="PrepareAsync"/> returned.</summary>
    public void Activate(DeploymentState prepared)
    {
        server.Activate(prepared);
        _live[prepared.Name] = prepared.Revision;
        readiness.Mended(prepared.Name);
    }

    private async Task<DeploymentState> PrepareStableAsync(DeploymentState desired, CancellationToken cancellationToken)
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
                // Which of them it is shows in what follows, too.
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

    [LoggerMessage(Level = LogLevel.Warning, Message = "For {Deployment}, {Stable} and {Previous} cannot both be loaded; trying {Stable} alone, without a version to roll back to")]
    private partial void LogNotPrepared(Exception exception, string deployment, string stable, string previous);
}

/// <summary>What the server can be switched to.</summary>
/// <param name="State">The desired state, without what cannot be loaded.</param>
/// <param name="CandidateProblem">Why the candidate is not in it, or null.</param>
internal sealed record PreparedDeployment(DeploymentState State, SlipwayException? CandidateProblem);
