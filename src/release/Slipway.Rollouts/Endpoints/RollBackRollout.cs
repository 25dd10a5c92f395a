using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Access;
using Slipway.Rollouts.Releases;

namespace Slipway.Rollouts.Endpoints;

internal static class RollBackRollout
{
    public static void Map(IEndpointRouteBuilder rollouts) => rollouts
        .MapPost("/{id}/rollback", HandleAsync)
        .WithName("RollBackRollout")
        .WithSummary("Take the candidate back now; the stable version answers everybody again")
        .ProducesProblem(StatusCodes.Status404NotFound)
        .ProducesProblem(StatusCodes.Status409Conflict)
        .ProducesProblem(StatusCodes.Status422UnprocessableEntity)
        .Needs(Permission.Deploy);

    private static async Task<Ok<RolloutState>> HandleAsync(
        string id, RolloutDecisionRequest? request, IRollouts rollouts, HttpContext context, CancellationToken cancellationToken) =>
        TypedResults.Ok(await rollouts.RollBackAsync(id, context.GetActor(), request?.Reason, cancellationToken));
}
