using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Slipway.Access;
using Slipway.Access.Scopes;
using Slipway.Registry.Approvals;

namespace Slipway.Rollouts.Endpoints;

internal static class ListDeployments
{
    public static void Map(IEndpointRouteBuilder deployments) => deployments
        .MapGet("", HandleAsync)
        .WithName("ListDeployments")
        .WithSummary("All deployments that the caller may know of, what they answer with, and what one should know about that")
        .ChecksScope()
        .Needs(Permission.Read);

    private static async Task<Ok<DeploymentState[]>> HandleAsync(
        IDeployments deployments, IApprovals approvals, [FromServices] IServedFolder? folder, HttpContext context, CancellationToken cancellationToken)
    {
        var released = new List<DeploymentState>();
        foreach (var deployment in (await deployments.ListAsync(cancellationToken)).Where(IsInScope))
        {
            released.Add(await deployment.WithWarningsAsync(approvals, cancellationToken));
        }

        return TypedResults.Ok(released.UnionBy((folder?.List() ?? []).Where(IsInScope), d => d.Name).OrderBy(d => d.Name, StringComparer.Ordinal).ToArray());

        bool IsInScope(DeploymentState deployment) => context.IsInScope(ScopeTarget.OfDeployment(deployment.Name));
    }
}
