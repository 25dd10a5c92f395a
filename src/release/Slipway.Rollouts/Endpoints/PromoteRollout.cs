using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Access;
using Slipway.Rollouts.Releases;

namespace Slipway.Rollouts.Endpoints;

internal static class PromoteRollout
{
    public static void Map(IEndpointRouteBuilder rollouts) => rollouts
        .MapPost("/{id}/promote", HandleAsync)
        .WithName("PromoteRollout")
        .WithSummary("Make the candidate answer everybody now, whatever the evidence says")
        .ProducesProblem(StatusCodes.Status404NotFound)
        .ProducesProblem(StatusCodes.Status409Conflict)
        .ProducesProblem(StatusCodes.Status422UnprocessableEntity)
        .Needs(Permission.Deploy);

    private static async Task<Ok<RolloutState>> HandleAsync(
        string id, RolloutDecisionRequest? request, IRollouts rollouts, HttpContext context, CancellationToken cancellationToken) =>
        TypedResults.Ok(await rollouts.PromoteAsync(id, context.GetActor(), request?.Reason, cancellationToken));
}

/// <summary>What may come with a person's decision about a rollout.</summary>
/// <param name="Reason">Why, for the history.</param>
internal sealed record RolloutDecisionRequest(string? Reason);
