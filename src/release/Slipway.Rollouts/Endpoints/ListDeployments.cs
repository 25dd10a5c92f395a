using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Slipway.Access;
using Slipway.Access.Scopes;

namespace Slipway.Rollouts.Endpoints;

internal static class ListDeployments
{
    public static void Map(IEndpointRouteBuilder deployments) => deployments
        .MapGet("", HandleAsync)
        .WithName("ListDeployments")
        .WithSummary("All deployments that the caller may know of, and what they answer with")
        .ChecksScope()
        .Needs(Permission.Read);

    private static async Task<Ok<DeploymentState[]>> HandleAsync(
        IDeployments deployments, [FromServices] IServedFolder? folder, HttpContext context, CancellationToken cancellationToken)
    {
        var released = await deployments.ListAsync(cancellationToken);
        return TypedResults.Ok(released.UnionBy(folder?.List() ?? [], d => d.Name).Where(d => context.IsInScope(ScopeTarget.OfDeployment(d.Name))).OrderBy(d => d.Name, StringComparer.Ordinal).ToArray());
    }
}
