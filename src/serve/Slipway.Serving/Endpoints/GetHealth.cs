using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Access;
using Slipway.Core;
using Slipway.Rollouts;

namespace Slipway.Serving.Endpoints;

internal static class GetHealth
{
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet("/health", Handle)
        .WithTags("Server")
        .WithName("GetHealth")
        .WithSummary("State and version of the server")
        .Produces<Health>(StatusCodes.Status503ServiceUnavailable)
        .Needs(Permission.Anonymous);

    private static JsonHttpResult<Health> Handle(IDeploymentsReadiness readiness) => readiness switch
    {
        { IsReady: true } => Answer("ready", StatusCodes.Status200OK),
        { Problems.Count: > 0 } => Answer("degraded", StatusCodes.Status503ServiceUnavailable),
        _ => Answer("starting", StatusCodes.Status503ServiceUnavailable),
    };

    private static JsonHttpResult<Health> Answer(string status, int code) =>
        TypedResults.Json(new Health(status, ServingModule.Version), SlipwayJson.Options, contentType: null, code);
}

/// <summary>State of the server.</summary>
/// <param name="Status"><c>ready</c>; <c>starting</c> while what was deployed is being loaded; <c>degraded</c> when a deployment cannot answer by its state.</param>
/// <param name="Version">Slipway's version.</param>
public sealed record Health(string Status, string Version);
