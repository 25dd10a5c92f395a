using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Access;
using Slipway.Core.Names;

namespace Slipway.Registry.Endpoints;

internal static class GetVersion
{
    public static void Map(IEndpointRouteBuilder models) => models
        .MapGet("/{model}/versions/{version}", HandleAsync)
        .WithName("GetVersion")
        .WithSummary("A model version: its signature, metrics, lineage and state")
        .ProducesProblem(StatusCodes.Status400BadRequest)
        .ProducesProblem(StatusCodes.Status404NotFound)
        .Needs(Permission.Read);

    private static async Task<Ok<ModelVersion>> HandleAsync(string model, string version, IModelRegistry registry, CancellationToken cancellationToken) =>
        TypedResults.Ok(await registry.GetAsync(new VersionReference(model, SemanticVersion.Parse(version)), cancellationToken));
}
