using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Access;
using Slipway.Core.Errors;
using Slipway.Rollouts;
using Slipway.Serving.OpenInference;

namespace Slipway.Serving.Endpoints;

internal static class GetServerReady
{
    public static void Map(IEndpointRouteBuilder v2) => v2
        .MapGet("/health/ready", Handle)
        .WithName("GetServerReady")
        .WithSummary("Whether everything that is deployed answers")
        .Produces<OpenInferenceError>(StatusCodes.Status503ServiceUnavailable)
        .Needs(Permission.Anonymous);

    // Anybody may ask, so the answer does not say which deployments are missing.
    private static Ok<ServerReady> Handle(IDeploymentsReadiness readiness) => readiness.IsReady
        ? TypedResults.Ok(new ServerReady(true))
        : throw new SlipwayException(ErrorKind.Unavailable, "Not everything that is deployed answers. `slipway status` says what is missing, and the server's log says why.");
}

/// <summary>Whether everything that is deployed answers.</summary>
public sealed record ServerReady(bool Ready);
