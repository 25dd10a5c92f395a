using Microsoft.Extensions.DependencyInjection;

namespace Slipway.Rollouts.Releases;

/// <summary>What later modules provide, where they are plugged in. They depend on <see cref="IRollouts"/> themselves, so they are asked for when they are needed and not before.</summary>
internal sealed class RolloutNeighbours(IServiceProvider services)
{
    /// <summary>Evidence of live traffic; null without monitoring, and then a canary waits for a person.</summary>
    public IRolloutEvidence? Evidence => services.GetService<IRolloutEvidence>();

    /// <summary>The plan of the deployment's project, or null.</summary>
    public async Task<RolloutPlan?> FindPlanAsync(string deployment, CancellationToken cancellationToken) =>
        services.GetService<IReleasePlans>() is { } plans ? await plans.FindAsync(deployment, cancellationToken) : null;
}
