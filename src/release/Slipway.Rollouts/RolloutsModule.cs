using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Slipway.Rollouts;

/// <summary>What is deployed, and how it changes.</summary>
public static class RolloutsModule
{
    /// <summary>Adds <see cref="IDeployments"/>, its tables, and the service that restores what was deployed when the program starts.</summary>
    public static IServiceCollection AddRollouts(this IServiceCollection services) => throw new NotImplementedException();

    /// <summary>Maps <c>/api/v1/deployments</c>.</summary>
    public static IEndpointRouteBuilder MapRollouts(this IEndpointRouteBuilder routes) => throw new NotImplementedException();
}
