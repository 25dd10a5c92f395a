using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Monitoring.Endpoints;
using Slipway.Monitoring.Evidence;
using Slipway.Monitoring.Log;
using Slipway.Monitoring.Watching;
using Slipway.Rollouts.Releases;

namespace Slipway.Monitoring.Outcomes;

/// <summary>The module's part about outcomes and evidence: what its table of contents adds and maps.</summary>
internal static class OutcomesPart
{
    /// <summary>Adds <see cref="IOutcomes"/>, <see cref="IRolloutEvidence"/>, and the <see cref="IPredictionConsumer"/> that feeds every <see cref="IWatcher"/>. Needs an <see cref="IPredictionLog"/>.</summary>
    public static IServiceCollection AddOutcomes(this IServiceCollection services, OutcomesOptions options) => services
        .AddSingleton(options)
        .AddSingleton<EventClock>()
        .AddSingleton<OutcomeStore>()
        .AddSingleton<OutcomeJoinStore>()
        .AddSingleton<OutcomeModels>()
        .AddSingleton<OutcomeJoin>()
        .AddSingleton<EvidenceStore>()
        .AddSingleton<EvidenceWatcher>()
        .AddSingleton<IWatcher>(provider => provider.GetRequiredService<EvidenceWatcher>())
        .AddSingleton<IRolloutEvidence>(provider => provider.GetRequiredService<EvidenceWatcher>())
        .AddSingleton<ObservatoryStore>()
        .AddSingleton<GuardedWork>()
        .AddSingleton<Observatory>()
        .AddSingleton<IPredictionConsumer>(provider => provider.GetRequiredService<Observatory>())
        .AddSingleton<IOutcomes, OutcomeBook>()

        // The log feeds the observatory that searches it, and rollouts read the evidence that needs their plans: each pair meets when first used.
        .AddSingleton(provider => new Lazy<IPredictionLog>(provider.GetRequiredService<IPredictionLog>))
        .AddSingleton(provider => new Lazy<IRollouts>(provider.GetRequiredService<IRollouts>));

    /// <summary>Maps what lies below <c>/api/v1/deployments</c>.</summary>
    public static void MapOutcomes(this IEndpointRouteBuilder deployments)
    {
        TakeOutcomes.Map(deployments);
        GetOutcomes.Map(deployments);
        ListContradictions.Map(deployments);
        SettleDeployment.Map(deployments);
    }
}
