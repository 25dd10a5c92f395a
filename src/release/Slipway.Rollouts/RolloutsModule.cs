using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Rollouts.Endpoints;
using Slipway.Rollouts.Migrations;
using Slipway.Storage;

namespace Slipway.Rollouts;

/// <summary>What is deployed, and how it changes.</summary>
public static class RolloutsModule
{
    /// <summary>
    /// Adds <see cref="IDeployments"/>, its tables, <see cref="IDeploymentsReadiness"/>, and the service that restores what was deployed when the program starts.
    /// Needs an <see cref="IVersionServer"/>.
    /// </summary>
    public static IServiceCollection AddRollouts(this IServiceCollection services) => services
        .AddSingleton(new SchemaPart(typeof(RolloutsModule).Assembly, M2026112450_Deployments.Number))
        .AddSingleton<DeploymentStore>()
        .AddSingleton<DeploymentTurns>()
        .AddSingleton<DeploymentsReadiness>()
        .AddSingleton<IDeploymentsReadiness>(provider => provider.GetRequiredService<DeploymentsReadiness>())
        .AddSingleton<DeploymentReconciler>()
        .AddSingleton<IDeployments, Deployments>()
        .AddHostedService<DeploymentRestorer>();

    /// <summary>Maps <c>/api/v1/deployments</c>.</summary>
    public static IEndpointRouteBuilder MapRollouts(this IEndpointRouteBuilder routes)
    {
        var deployments = routes.MapGroup("/api/v1/deployments").WithTags("Deployments");
        ListDeployments.Map(deployments);
        GetDeployment.Map(deployments);
        ListDeploymentEvents.Map(deployments);
        DeployVersion.Map(deployments);
        RollBackDeployment.Map(deployments);
        return routes;
    }
}
