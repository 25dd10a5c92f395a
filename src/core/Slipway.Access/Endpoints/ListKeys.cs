using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Access.Keys;

namespace Slipway.Access.Endpoints;

internal static class ListKeys
{
    public static void Map(IEndpointRouteBuilder keys) => keys
        .MapGet("", HandleAsync)
        .WithName("ListKeys")
        .WithSummary("All keys without their secrets, newest first, those that are revoked too")
        .Needs(Permission.Administer);

    private static async Task<Ok<IReadOnlyList<ApiKey>>> HandleAsync(IApiKeys keys, CancellationToken cancellationToken) => TypedResults.Ok(await keys.ListAsync(cancellationToken));
}
