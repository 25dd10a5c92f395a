using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Access;
using Slipway.Registry.Approvals;

namespace Slipway.Rollouts.Endpoints;

internal static class RollBackDeployment
{
    public static void Map(IEndpointRouteBuilder deployments) => deployments
        .MapPost("/{name}/rollback", HandleAsync)
        .WithName("RollBackDeployment")
        .WithSummary("Take back the candidate that is being tried, or else go back to the version that answered before")
        .ProducesProblem(StatusCodes.Status400BadRequest)
        .ProducesProblem(StatusCodes.Status404NotFound)
        .ProducesProblem(StatusCodes.Status409Conflict)
        .ProducesProblem(StatusCodes.Status422UnprocessableEntity)
        .Needs(Permission.Deploy);

    private static async Task<Ok<DeploymentState>> HandleAsync(
        string name, RollbackRequest? request, IDeployments deployments, IApprovals approvals, HttpContext context, CancellationToken cancellationToken) =>
        TypedResults.Ok(await (await deployments.RollbackAsync(name, context.GetActor(), request?.Reason, cancellationToken)).WithWarningsAsync(approvals, cancellationToken));
}

/// <summary>What may come with a rollback.</summary>
/// <param name="Reason">Why, for the history.</param>
internal sealed record RollbackRequest(string? Reason);
