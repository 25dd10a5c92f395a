using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Access;

namespace Slipway.Registry.Endpoints;

internal static class ListModels
{
    public static void Map(IEndpointRouteBuilder models) => models
        .MapGet("", HandleAsync)
        .WithName("ListModels")
        .WithSummary("Models with their newest version, by name: those with `q` in name or description, and after the model `after`, which is the last of the page before")
        .ProducesProblem(StatusCodes.Status400BadRequest)
        .Needs(Permission.Read);

    private static async Task<Ok<IReadOnlyList<ModelSummary>>> HandleAsync(
        IModelRegistry registry, CancellationToken cancellationToken, string? q = null, string? after = null, int limit = PageLimit.Default) =>
        TypedResults.Ok(await registry.ListModelsAsync(new ModelQuery(PageLimit.Check(limit), q, after), cancellationToken));
}
