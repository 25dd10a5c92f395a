using System.Net.Mime;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
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
        .WithSummary("State of the server: OK, or as JSON with its version for who accepts application/json")
        .Produces<Health>()
        .Produces<Health>(StatusCodes.Status503ServiceUnavailable)
        .Needs(Permission.Anonymous);

    private static IResult Handle(HttpRequest request, IDeploymentsReadiness readiness) => readiness switch
    {
        { IsReady: true } => Answer(request, "ready", StatusCodes.Status200OK),
        { Problems.Count: > 0 } => Answer(request, "degraded", StatusCodes.Status503ServiceUnavailable),
        _ => Answer(request, "starting", StatusCodes.Status503ServiceUnavailable),
    };

    // MLflow's server answers OK, and its clients compare with that; JSON is for who asks for it by name.
    private static IResult Answer(HttpRequest request, string status, int code) =>
        request.Headers.Accept.ToString().Contains(MediaTypeNames.Application.Json, StringComparison.OrdinalIgnoreCase)
            ? TypedResults.Json(new Health(status, ServingModule.Version), SlipwayJson.Options, contentType: null, code)
            : TypedResults.Text(code == StatusCodes.Status200OK ? "OK" : status, MediaTypeNames.Text.Plain, statusCode: code);
}

/// <summary>State of the server.</summary>
/// <param name="Status"><c>ready</c>; <c>starting</c> while what was deployed is being loaded; <c>degraded</c> when a deployment cannot answer by its state.</param>
/// <param name="Version">Slipway's version.</param>
public sealed record Health(string Status, string Version);
