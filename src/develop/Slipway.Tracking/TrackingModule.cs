using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Slipway.Tracking;

/// <summary>Tracking: experiments and runs, with the protocol of MLflow's clients.</summary>
public static class TrackingModule
{
    /// <summary>Adds what tracking needs.</summary>
    public static IServiceCollection AddTracking(this IServiceCollection services) => services;

    /// <summary>Maps the routes of MLflow's clients.</summary>
    public static IEndpointRouteBuilder MapTracking(this IEndpointRouteBuilder routes) => routes;
}
