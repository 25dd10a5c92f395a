using Microsoft.Extensions.DependencyInjection;
using Slipway.Core.Lineages;
using Slipway.Registry.Migrations;
using Slipway.Storage;

namespace Slipway.Registry.Lineages;

/// <summary>Lineage: the walk over what all modules know, and what this one knows.</summary>
internal static class LineagePart
{
    public static IServiceCollection AddLineage(this IServiceCollection services) => services
        .AddSingleton(new SchemaPart(typeof(LineagePart).Assembly, M2026120302_Origins.Number))
        .AddSingleton<VersionOriginStore>()
        .AddSingleton<ILineageSource, VersionLineage>()
        .AddSingleton<ILineage, LineageWalk>();
}
