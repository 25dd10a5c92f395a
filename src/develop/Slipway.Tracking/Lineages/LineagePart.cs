using Microsoft.Extensions.DependencyInjection;
using Slipway.Core.Lineages;
using Slipway.Storage;
using Slipway.Tracking.Migrations;

namespace Slipway.Tracking.Lineages;

/// <summary>What runs came from, for lineage.</summary>
internal static class LineagePart
{
    public static IServiceCollection AddLineage(this IServiceCollection services) => services
        .AddSingleton(new SchemaPart(typeof(LineagePart).Assembly, M2026120305_Lineage.Number))
        .AddSingleton<RunOriginReader>()
        .AddSingleton<ILineageSource, RunLineage>();
}
