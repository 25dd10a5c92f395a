using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Access;
using Slipway.Monitoring.Outcomes;

namespace Slipway.Monitoring.Endpoints;

internal static class GetOutcomes
{
    public static void Map(IEndpointRouteBuilder deployments) => deployments
        .MapGet("/{name}/outcomes", HandleAsync)
        .WithName("GetOutcomes")
        .WithSummary("How many outcomes came, and what became of them")
        .ProducesProblem(StatusCodes.Status404NotFound)
        .Needs(Permission.Read);

    private static async Task<Ok<OutcomeStanding>> HandleAsync(string name, IOutcomes outcomes, CancellationToken cancellationToken) =>
        TypedResults.Ok(await outcomes.FindAsync(name, cancellationToken));
}
