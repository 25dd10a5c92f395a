using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Access;
using Slipway.Monitoring.Outcomes;

namespace Slipway.Monitoring.Endpoints;

internal static class ListContradictions
{
    public static void Map(IEndpointRouteBuilder deployments) => deployments
        .MapGet("/{name}/outcomes/contradictions", HandleAsync)
        .WithName("ListContradictions")
        .WithSummary("The newest 100 labels that said something else than the one that came first, which stands")
        .ProducesProblem(StatusCodes.Status404NotFound)
        .Needs(Permission.Read);

    private static async Task<Ok<IReadOnlyList<OutcomeContradiction>>> HandleAsync(string name, IOutcomes outcomes, CancellationToken cancellationToken) =>
        TypedResults.Ok(await outcomes.ListContradictionsAsync(name, cancellationToken));
}
