using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Slipway.Registry;

/// <summary>The registry of model versions.</summary>
public static class RegistryModule
{
    /// <summary>Adds <see cref="IModelRegistry"/> and its tables.</summary>
    public static IServiceCollection AddRegistry(this IServiceCollection services) => throw new NotImplementedException();

    /// <summary>Maps <c>/api/v1/models</c>.</summary>
    public static IEndpointRouteBuilder MapRegistry(this IEndpointRouteBuilder routes) => throw new NotImplementedException();
}
