using System.Collections.Concurrent;
using Slipway.Rollouts.Releases;

namespace Slipway.Release.Tests.Rollouts;

/// <summary>Projects' plans that a test has written.</summary>
internal sealed class ScriptedPlans : IReleasePlans
{
    private readonly ConcurrentDictionary<string, RolloutPlan> _plans = new(StringComparer.Ordinal);

    public void Write(string deployment, RolloutPlan plan) => _plans[deployment] = plan;

    public Task<RolloutPlan?> FindAsync(string deployment, CancellationToken cancellationToken) => Task.FromResult(_plans.GetValueOrDefault(deployment));
}
