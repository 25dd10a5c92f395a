using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Access;
using Slipway.Access.Scopes;
using Slipway.Rollouts.Releases;

namespace Slipway.Rollouts.Endpoints;

internal static class ListRollouts
{
    private const int MaxRollouts = 100;

    public static void Map(IEndpointRouteBuilder rollouts) => rollouts
        .MapGet("", HandleAsync)
        .WithName("ListRollouts")
        .WithSummary($"Rollouts of a `deployment`, or of all, newest first: `limit` of them, at most {MaxRollouts}")
        .OfDeploymentInQuery()
        .Needs(Permission.Read);

    private static async Task<Ok<IReadOnlyList<RolloutState>>> HandleAsync(string? deployment, int? limit, RolloutStore rollouts, CancellationToken cancellationToken) =>
        TypedResults.Ok(await rollouts.ListAsync(deployment, Math.Clamp(limit ?? MaxRollouts, 1, MaxRollouts), cancellationToken));
}
