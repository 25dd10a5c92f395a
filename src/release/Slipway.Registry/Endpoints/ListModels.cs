using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Access;
using Slipway.Access.Scopes;

namespace Slipway.Registry.Endpoints;

internal static class ListModels
{
    public static void Map(IEndpointRouteBuilder models) => models
        .MapGet("", HandleAsync)
        .WithName("ListModels")
        .WithSummary("Models that the caller may know of, with their newest version, by name: those with `q` in name or description, and after the model `after`, which is the last of the page before")
        .ProducesProblem(StatusCodes.Status400BadRequest)
        .ChecksScope()
        .Needs(Permission.Read);

    private static async Task<Ok<IReadOnlyList<ModelSummary>>> HandleAsync(
        IModelRegistry registry, HttpContext context, CancellationToken cancellationToken, string? q = null, string? after = null, int limit = PageLimit.Default)
    {
        var scope = context.GetCaller().Scope;
        var query = new ModelQuery(PageLimit.Check(limit), q, after) { Among = scope.IsEverything ? null : scope.Projects };
        return TypedResults.Ok(await registry.ListModelsAsync(query, cancellationToken));
    }
}
