using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Access;
using Slipway.Core.Names;
using Slipway.Monitoring.Diff;

namespace Slipway.Monitoring.Endpoints;

internal static class CompareVersions
{
    public static void Map(IEndpointRouteBuilder models) => models
        .MapGet("/diff", HandleAsync)
        .WithName("CompareVersions")
        .WithSummary("Two versions side by side (a=MODEL@VERSION, b=MODEL@VERSION): contract, data, recipe, metrics, predictions on the same rows, speed, and whether recorded callers of a would be served by b")
        .ProducesProblem(StatusCodes.Status400BadRequest)
        .ProducesProblem(StatusCodes.Status404NotFound)
        .ProducesProblem(StatusCodes.Status503ServiceUnavailable)
        .ProducesProblem(StatusCodes.Status504GatewayTimeout)
        .Needs(Permission.Read);

    private static async Task<Ok<VersionDiff>> HandleAsync(IVersionDiffs diffs, CancellationToken cancellationToken, string? a = null, string? b = null) =>
        TypedResults.Ok(await diffs.CompareAsync(VersionReference.Parse(a ?? ""), VersionReference.Parse(b ?? ""), cancellationToken));
}
