using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Access;
using Slipway.Rollouts.History;

namespace Slipway.Rollouts.Endpoints;

internal static class GetDeploymentHistory
{
    public static void Map(IEndpointRouteBuilder deployments) => deployments
        .MapGet("/{name}/history", HandleAsync)
        .WithName("GetDeploymentHistory")
        .WithSummary("What answered when: with `at` roles, weights, decisions and approvals at a moment; else the periods in which they stayed the same, newest first, a page of `limit`, the next `before` what the last page names")
        .Produces<DeploymentMoment>()
        .Produces<HistoryPage>()
        .ProducesProblem(StatusCodes.Status400BadRequest)
        .ProducesProblem(StatusCodes.Status404NotFound)
        .Needs(Permission.Read);

    private static async Task<Results<Ok<DeploymentMoment>, Ok<HistoryPage>>> HandleAsync(
        string name,
        IDeploymentHistory history,
        CancellationToken cancellationToken,
        string? at = null,
        string? from = null,
        string? to = null,
        string? model = null,
        long? before = null,
        int limit = 100)
    {
        if (HistoryMoment.Parse(at, "at") is { } moment)
        {
            return TypedResults.Ok(await history.AtAsync(name, moment, cancellationToken));
        }

        var query = new HistoryQuery(limit) { From = HistoryMoment.Parse(from, "from"), To = HistoryMoment.Parse(to, "to"), Model = model, Before = before };
        return TypedResults.Ok(await history.ListAsync(name, query, cancellationToken));
    }
}
