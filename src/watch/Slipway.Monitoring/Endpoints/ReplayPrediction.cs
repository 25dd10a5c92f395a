using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Access;
using Slipway.Core.Errors;
using Slipway.Monitoring.Predictions;

namespace Slipway.Monitoring.Endpoints;

internal static class ReplayPrediction
{
    private const string Verb = "/replay";

    public static void Map(IEndpointRouteBuilder deployments)
    {
        deployments.MapPost("/{name}/predictions/{id}" + Verb, HandleAsync)
            .WithName("ReplayPrediction")
            .WithSummary("Score a prediction's inputs with another version and compare the outputs; nothing of it is logged or counted")
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status409Conflict)
            .Needs(Permission.Score);

        // The same for an id whose slashes are written as such: nothing may follow them in a route.
        deployments.MapPost("/{name}/predictions/{**path}", HandlePathAsync)
            .WithName("ReplayPredictionByPath")
            .ExcludeFromDescription()
            .Needs(Permission.Score);
    }

    private static async Task<Ok<PredictionReplay>> HandleAsync(string name, string id, IPredictions predictions, CancellationToken cancellationToken, string? version = null) =>
        string.IsNullOrEmpty(version)
            ? throw new SlipwayException(ErrorKind.InvalidInput, "'version' is missing. Name the version to score with, such as ?version=1.0.1.")
            : TypedResults.Ok(await PredictionIdValue.FindAsync(name, id, predictions, text => predictions.ReplayAsync(name, text, version, cancellationToken), cancellationToken));

    private static Task<Ok<PredictionReplay>> HandlePathAsync(string name, string? path, IPredictions predictions, CancellationToken cancellationToken, string? version = null) =>
        path is not null && path.EndsWith(Verb, StringComparison.Ordinal)
            ? HandleAsync(name, path[..^Verb.Length], predictions, cancellationToken, version)
            : throw new SlipwayException(ErrorKind.NotFound, "Nothing can be posted here but a replay. Write it as POST …/predictions/ID/replay?version=VERSION.");
}
