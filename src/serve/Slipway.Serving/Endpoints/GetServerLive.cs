using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Access;

namespace Slipway.Serving.Endpoints;

internal static class GetServerLive
{
    public static void Map(IEndpointRouteBuilder v2) => v2
        .MapGet("/health/live", Handle)
        .WithName("GetServerLive")
        .WithSummary("Whether the server runs")
        .Needs(Permission.Anonymous);

    private static Ok<ServerLive> Handle() => TypedResults.Ok(new ServerLive(true));
}

/// <summary>Whether the server runs: whoever reads this knows that it does.</summary>
public sealed record ServerLive(bool Live);
