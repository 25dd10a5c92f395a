using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Storage;
using Slipway.Tracking.Inputs.Endpoints;
using Slipway.Tracking.Migrations;

namespace Slipway.Tracking.Inputs;

/// <summary>What runs used and made: datasets and models.</summary>
internal static class InputsPart
{
    public static IServiceCollection AddInputs(this IServiceCollection services) => services.AddSingleton(new SchemaPart(typeof(InputsPart).Assembly, M2026113010_Inputs.Number));

    public static void MapInputs(this IEndpointRouteBuilder routes)
    {
        LogInputs.Map(routes);
        LogOutputs.Map(routes);
        SearchDatasets.Map(routes, routes.ServiceProvider.GetRequiredService<Database>());
    }
}
