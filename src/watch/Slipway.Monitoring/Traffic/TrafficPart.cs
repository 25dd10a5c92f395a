using Microsoft.Extensions.DependencyInjection;
using Slipway.Core.Lineages;
using Slipway.Monitoring.Migrations;
using Slipway.Rollouts.History;
using Slipway.Storage;

namespace Slipway.Monitoring.Traffic;

/// <summary>How much each version answered when, for history and lineage.</summary>
internal static class TrafficPart
{
    public static IServiceCollection AddTraffic(this IServiceCollection services) => services
        .AddSingleton(new SchemaPart(typeof(TrafficPart).Assembly, M2026120306_Traffic.Number))
        .AddSingleton<TrafficStore>()
        .AddSingleton<ITrafficHistory, TrafficHistory>()
        .AddSingleton<ILineageSource, PredictionLineage>();
}
