using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Access;
using Slipway.Core.Names;

namespace Slipway.Registry.Endpoints;

internal static class RejectVersion
{
    public static void Map(IEndpointRouteBuilder models) => models
        .MapPost("/{model}/versions/{version}/reject", HandleAsync)
        .WithName("RejectVersion")
        .WithSummary("Say that a version must not be used")
        .ProducesProblem(StatusCodes.Status400BadRequest)
        .ProducesProblem(StatusCodes.Status404NotFound)
        .Needs(Permission.Approve);

    private static async Task<Ok<ModelVersion>> HandleAsync(
        string model, string version, DecisionRequest? decision, IModelRegistry registry, HttpContext context, CancellationToken cancellationToken)
    {
        var reference = new VersionReference(model, SemanticVersion.Parse(version));
        return TypedResults.Ok(await registry.RejectAsync(reference, context.GetActor(), decision?.Reason, cancellationToken));
    }
}
