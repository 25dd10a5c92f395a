using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Access;
using Slipway.Core.Errors;
using Slipway.Core.Lineages;
using Slipway.Core.Text;
using Slipway.Registry.Lineages;

namespace Slipway.Registry.Endpoints;

internal static class GetLineage
{
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet("/api/v1/lineage", HandleAsync)
        .WithTags("Lineage")
        .WithName("GetLineage")
        .WithSummary("Where a file, dataset version, commit, run, model version, deployment or prediction came from (direction=up), what came of it (down), or both")
        .ProducesProblem(StatusCodes.Status400BadRequest)
        .ProducesProblem(StatusCodes.Status404NotFound)
        .Needs(Permission.Read);

    private static async Task<Ok<LineageGraph>> HandleAsync(
        string node, ILineage lineage, CancellationToken cancellationToken, string direction = "both", int depth = LineageQuery.MaxDepth) =>
        TypedResults.Ok(await lineage.WalkAsync(new LineageQuery(node) { Direction = Parse(direction), Depth = depth }, cancellationToken));

    private static LineageDirection? Parse(string direction) => direction switch
    {
        "up" => LineageDirection.Up,
        "down" => LineageDirection.Down,
        "both" => null,
        _ => throw new SlipwayException(ErrorKind.InvalidInput, $"direction is '{Excerpt.Of(direction)}'; it may be up, down or both."),
    };
}
