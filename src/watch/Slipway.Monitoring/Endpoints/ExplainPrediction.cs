using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Access;
using Slipway.Monitoring.Predictions;

namespace Slipway.Monitoring.Endpoints;

internal static class ExplainPrediction
{
    public static void Map(IEndpointRouteBuilder deployments) => deployments
        .MapGet("/{name}/predictions/{**id}", HandleAsync)
        .WithName("ExplainPrediction")
        .WithSummary("One request: version, why it answered, timing, who shared its run, inputs, outputs and outcome. The id is the request's, or id/0, id/1 … for one of its rows")
        .ProducesProblem(StatusCodes.Status400BadRequest)
        .ProducesProblem(StatusCodes.Status404NotFound)
        .Needs(Permission.Read);

    private static async Task<Ok<PredictionExplanation>> HandleAsync(string name, string? id, IPredictions predictions, CancellationToken cancellationToken) =>
        TypedResults.Ok(await PredictionIdValue.FindAsync(name, id ?? "", predictions, text => predictions.FindAsync(name, text, cancellationToken), cancellationToken));
}
