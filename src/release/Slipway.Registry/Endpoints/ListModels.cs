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
        .WithSummary("All models that the caller may know of, with their newest version")
        .ChecksScope()
        .Needs(Permission.Read);

    private static async Task<Ok<ModelSummary[]>> HandleAsync(IModelRegistry registry, HttpContext context, CancellationToken cancellationToken)
    {
        var versions = await registry.ListAsync(null, cancellationToken);
        return TypedResults.Ok(versions.GroupBy(v => v.Model).Where(model => context.IsInScope(ScopeTarget.OfProject(model.Key))).Select(model => new ModelSummary(model.Key, model.Count(), model.First())).ToArray());
    }
}

/// <summary>A model in a list.</summary>
/// <param name="Model">Its name.</param>
/// <param name="Versions">How many versions it has.</param>
/// <param name="Newest">The newest of them.</param>
internal sealed record ModelSummary(string Model, int Versions, ModelVersion Newest);
