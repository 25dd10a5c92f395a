using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Access;

namespace Slipway.Rollouts.Endpoints;

internal static class ListDeployments
{
    public static void Map(IEndpointRouteBuilder deployments) => deployments
        .MapGet("", HandleAsync)
        .WithName("ListDeployments")
        .WithSummary("All deployments and what they answer with")
        .Needs(Permission.Read);

    private static async Task<Ok<IReadOnlyList<DeploymentState>>> HandleAsync(IDeployments deployments, CancellationToken cancellationToken) =>
        TypedResults.Ok(await deployments.ListAsync(cancellationToken));
}
