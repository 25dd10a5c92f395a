using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Access;
using Slipway.Core.Errors;

namespace Slipway.Registry.Endpoints;

internal static class ListVersions
{
    public static void Map(IEndpointRouteBuilder models) => models
        .MapGet("/{model}/versions", HandleAsync)
        .WithName("ListVersions")
        .WithSummary("A model's versions, newest first, and with `before` those of a lower number: the last of the page before")
        .ProducesProblem(StatusCodes.Status400BadRequest)
        .ProducesProblem(StatusCodes.Status404NotFound)
        .Needs(Permission.Read);

    private static async Task<Ok<IReadOnlyList<ModelVersion>>> HandleAsync(
        string model, IModelRegistry registry, CancellationToken cancellationToken, int? before = null, int limit = PageLimit.Default)
    {
        var versions = await registry.ListAsync(model, PageLimit.Check(limit), before, cancellationToken);
        return versions.Count > 0 || (before is not null && (await registry.ListAsync(model, 1, null, cancellationToken)).Count > 0)
            ? TypedResults.Ok(versions)
            : throw new SlipwayException(ErrorKind.NotFound, $"There is no model '{model}'. GET /api/v1/models lists those there are.");
    }
}
