using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Access;
using Slipway.Rollouts.Releases;

namespace Slipway.Rollouts.Endpoints;

internal static class GetRollout
{
    public static void Map(IEndpointRouteBuilder rollouts) => rollouts
        .MapGet("/{id}", HandleAsync)
        .WithName("GetRollout")
        .WithSummary("A rollout as it stands: the candidate's share, and what is known about each guardrail")
        .ProducesProblem(StatusCodes.Status404NotFound)
        .Needs(Permission.Read);

    private static async Task<Ok<RolloutState>> HandleAsync(string id, IRollouts rollouts, CancellationToken cancellationToken) =>
        TypedResults.Ok(await rollouts.GetAsync(id, cancellationToken));
}
