using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Access;
using Slipway.Core.Errors;
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
        TypedResults.Ok(await diffs.CompareAsync(Parse("a", a), Parse("b", b), cancellationToken));

    private static VersionReference Parse(string name, string? version) => string.IsNullOrEmpty(version)
        ? throw new SlipwayException(ErrorKind.InvalidInput, $"'{name}' is missing. Name two versions, such as ?a=bike-demand@1.0.0&b=bike-demand@1.1.0.")
        : VersionReference.Parse(version);
}
