using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Slipway.Serving;

/// <summary>Serving: the protocols, the routing snapshot and live figures.</summary>
public static class ServingModule
{
    /// <summary>Adds <see cref="Rollouts.IVersionServer"/>, <see cref="Figures.IServingFigures"/> and the protocols.</summary>
    public static IServiceCollection AddServing(this IServiceCollection services, ServingOptions options) => throw new NotImplementedException();

    /// <summary>Maps <c>/v2</c>, <c>/health</c>, <c>/metrics</c> and the gRPC health service.</summary>
    public static IEndpointRouteBuilder MapServing(this IEndpointRouteBuilder routes) => throw new NotImplementedException();
}

/// <summary>Bounds and settings of serving.</summary>
public sealed record ServingOptions
{
    /// <summary>The largest request body, in bytes, also after decompression.</summary>
    public long MaxRequestBytes { get; init; } = 64L << 20;

    /// <summary>The most elements of one request's tensors together.</summary>
    public int MaxElements { get; init; } = 16 << 20;
}
