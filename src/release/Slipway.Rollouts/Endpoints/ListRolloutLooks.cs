using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Access;
using Slipway.Rollouts.Releases;

namespace Slipway.Rollouts.Endpoints;

internal static class ListRolloutLooks
{
    public static void Map(IEndpointRouteBuilder rollouts) => rollouts
        .MapGet("/{id}/looks", HandleAsync)
        .WithName("ListRolloutLooks")
        .WithSummary("Every look at a rollout's evidence with what was new, what was then known and what was decided, oldest first")
        .ProducesProblem(StatusCodes.Status404NotFound)
        .Needs(Permission.Read);

    private static async Task<Ok<IReadOnlyList<RolloutLook>>> HandleAsync(string id, IRollouts rollouts, CancellationToken cancellationToken)
    {
        await rollouts.GetAsync(id, cancellationToken);
        return TypedResults.Ok(await rollouts.ListLooksAsync(id, cancellationToken));
    }
}
