using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Access;
using Slipway.Core;
using Slipway.Serving.Routing;

namespace Slipway.Serving.Endpoints;

internal static class GetHealth
{
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet("/health", HandleAsync)
        .WithName("GetHealth")
        .WithSummary("State and version of the server")
        .Produces<Health>(StatusCodes.Status503ServiceUnavailable)
        .Needs(Permission.Anonymous);

    private static async Task<JsonHttpResult<Health>> HandleAsync(Readiness readiness, CancellationToken cancellationToken)
    {
        var missing = await readiness.FindMissingAsync(cancellationToken);
        return missing.Count == 0
            ? TypedResults.Json(new Health("ready", ServingModule.Version), SlipwayJson.Options, contentType: null, StatusCodes.Status200OK)
            : TypedResults.Json(new Health("starting", ServingModule.Version), SlipwayJson.Options, contentType: null, StatusCodes.Status503ServiceUnavailable);
    }
}

/// <summary>State of the server.</summary>
/// <param name="Status"><c>ready</c>, or <c>starting</c> while something that is deployed does not answer yet.</param>
/// <param name="Version">Slipway's version.</param>
public sealed record Health(string Status, string Version);
