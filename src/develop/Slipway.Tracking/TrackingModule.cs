using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Storage;
using Slipway.Tracking.Migrations;

namespace Slipway.Tracking;

/// <summary>Tracking: experiments and runs, with the protocol of MLflow's clients.</summary>
public static class TrackingModule
{
    /// <summary>Adds what tracking needs.</summary>
    public static IServiceCollection AddTracking(this IServiceCollection services) => services
        .AddSingleton(new SchemaPart(typeof(TrackingModule).Assembly, M2026113001_MetricArrivals.Number));

    /// <summary>Maps the routes of MLflow's clients.</summary>
    public static IEndpointRouteBuilder MapTracking(this IEndpointRouteBuilder routes) => routes;
}
