using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Slipway.Access;
using Slipway.Registry.Approvals;

namespace Slipway.Rollouts.Endpoints;

internal static class GetDeployment
{
    public static void Map(IEndpointRouteBuilder deployments) => deployments
        .MapGet("/{name}", HandleAsync)
        .WithName("GetDeployment")
        .WithSummary("A deployment: what it answers with, and what a rollback would return to")
        .ProducesProblem(StatusCodes.Status404NotFound)
        .Needs(Permission.Read);

    private static async Task<Ok<DeploymentState>> HandleAsync(
        string name, IDeployments deployments, IApprovals approvals, [FromServices] IServedFolder? folder, CancellationToken cancellationToken) =>
        TypedResults.Ok(folder?.Find(name) ?? await (await deployments.GetAsync(name, cancellationToken)).WithWarningsAsync(approvals, cancellationToken));
}
