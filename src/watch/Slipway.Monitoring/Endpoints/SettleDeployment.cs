using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Access;
using Slipway.Monitoring.Outcomes;

namespace Slipway.Monitoring.Endpoints;

internal static class SettleDeployment
{
    public static void Map(IEndpointRouteBuilder deployments) => deployments
        .MapPost("/{name}/settle", HandleAsync)
        .WithName("SettleDeployment")
        .WithSummary("Answer when all that was sent before has been joined and judged, and the rollout and the triggers have acted on it: how a replay keeps step. Live callers do not need it")
        .ProducesProblem(StatusCodes.Status404NotFound)
        .ProducesProblem(StatusCodes.Status503ServiceUnavailable)
        .Needs(Permission.Score);

    private static async Task<NoContent> HandleAsync(string name, IOutcomes outcomes, IEnumerable<ISettleFollower> followers, CancellationToken cancellationToken)
    {
        await SettleAsync(name, outcomes, followers, cancellationToken);
        return TypedResults.NoContent();
    }

    internal static async Task SettleAsync(string name, IOutcomes outcomes, IEnumerable<ISettleFollower> followers, CancellationToken cancellationToken)
    {
        await outcomes.SettleAsync(name, cancellationToken);
        foreach (var follower in followers)
        {
            await follower.SettleAsync(cancellationToken);
        }
    }
}
