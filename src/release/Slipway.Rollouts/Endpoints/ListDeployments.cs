using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
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

    private static async Task<Ok<DeploymentState[]>> HandleAsync(IDeployments deployments, [FromServices] IServedFolder? folder, CancellationToken cancellationToken)
    {
        var released = await deployments.ListAsync(cancellationToken);
        return TypedResults.Ok(released.UnionBy(folder?.List() ?? [], d => d.Name).OrderBy(d => d.Name, StringComparer.Ordinal).ToArray());
    }
}
