using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Access.Keys;

namespace Slipway.Access.Endpoints;

internal static class RevokeKey
{
    public static void Map(IEndpointRouteBuilder keys) => keys
        .MapPost("/{key}/revoke", HandleAsync)
        .WithName("RevokeKey")
        .WithSummary("Revoke a key, by its name or id: the next request that brings it is refused")
        .ProducesProblem(StatusCodes.Status404NotFound)
        .ProducesProblem(StatusCodes.Status409Conflict)
        .Needs(Permission.Administer);

    private static async Task<Ok<ApiKey>> HandleAsync(string key, IApiKeys keys, HttpContext context, CancellationToken cancellationToken) =>
        TypedResults.Ok(await keys.RevokeAsync(key, context.GetActor(), cancellationToken));
}
