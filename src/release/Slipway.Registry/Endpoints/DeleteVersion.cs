using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Access;
using Slipway.Core.Names;
using Slipway.Registry.Deletion;

namespace Slipway.Registry.Endpoints;

internal static class DeleteVersion
{
    public static void Map(IEndpointRouteBuilder models) => models
        .MapDelete("/{model}/versions/{version}", HandleAsync)
        .WithName("DeleteVersion")
        .WithSummary("Delete a version that nothing needs: its history stays, and the next gc frees its files. `reason` says why")
        .ProducesProblem(StatusCodes.Status400BadRequest)
        .ProducesProblem(StatusCodes.Status404NotFound)
        .ProducesProblem(StatusCodes.Status409Conflict)
        .Needs(Permission.Administer);

    private static async Task<Ok<ModelVersion>> HandleAsync(
        string model, string version, IVersionDeletion deletion, HttpContext context, CancellationToken cancellationToken, string? reason = null) =>
        TypedResults.Ok(await deletion.DeleteAsync(new VersionReference(model, SemanticVersion.Parse(version)), context.GetActor(), reason, cancellationToken));
}
