using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Slipway.Access;
using Slipway.Serving.Routing;

namespace Slipway.Serving.Endpoints;

/// <summary>The standard health service of gRPC. It says SERVING when everything that is deployed answers.</summary>
internal sealed class GrpcHealth(Readiness readiness) : IHealthCheck
{
    public static void Add(IServiceCollection services) => services.AddGrpcHealthChecks().AddCheck<GrpcHealth>("serving");

    public static void Map(IEndpointRouteBuilder routes) => routes.MapGroup("").Needs(Permission.Anonymous).MapGrpcHealthChecksService();

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var missing = await readiness.FindMissingAsync(cancellationToken);
        return missing.Count == 0 ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy($"{missing.Count} deployments do not answer yet.");
    }
}
