using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Access;
using Slipway.Core.Errors;
using Slipway.Serving.OpenInference;
using Slipway.Serving.Routing;

namespace Slipway.Serving.Endpoints;

internal static class GetServerReady
{
    public static void Map(IEndpointRouteBuilder v2) => v2
        .MapGet("/health/ready", HandleAsync)
        .WithName("GetServerReady")
        .WithSummary("Whether everything that is deployed answers")
        .Produces<OpenInferenceError>(StatusCodes.Status503ServiceUnavailable)
        .Needs(Permission.Anonymous);

    private static async Task<Ok<ServerReady>> HandleAsync(Readiness readiness, CancellationToken cancellationToken)
    {
        // Anybody may ask, so the answer says how many are missing and not which.
        var missing = await readiness.FindMissingAsync(cancellationToken);
        return missing.Count == 0
            ? TypedResults.Ok(new ServerReady(true))
            : throw new SlipwayException(ErrorKind.Unavailable, $"The server is starting: {missing.Count} of its deployments do not answer yet. Ask again in a moment.");
    }
}

/// <summary>Whether everything that is deployed answers.</summary>
public sealed record ServerReady(bool Ready);
