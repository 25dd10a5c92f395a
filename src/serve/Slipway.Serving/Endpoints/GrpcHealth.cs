using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Slipway.Access;
using Slipway.Rollouts;

namespace Slipway.Serving.Endpoints;

/// <summary>The standard health service of gRPC. It says SERVING when everything that is deployed answers.</summary>
internal sealed class GrpcHealth(IDeploymentsReadiness readiness) : IHealthCheck
{
    public static void Add(IServiceCollection services) => services.AddGrpcHealthChecks().AddCheck<GrpcHealth>("serving");

    public static void Map(IEndpointRouteBuilder routes) => routes.MapGroup("").Needs(Permission.Anonymous).MapGrpcHealthChecksService();

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(readiness.IsReady ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy("Not everything that is deployed answers."));
}
