using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Access;
using Slipway.Core.Names;

namespace Slipway.Registry.Endpoints;

internal static class ApproveVersion
{
    public static void Map(IEndpointRouteBuilder models) => models
        .MapPost("/{model}/versions/{version}/approve", HandleAsync)
        .WithName("ApproveVersion")
        .WithSummary("Allow a validated version to be deployed")
        .ProducesProblem(StatusCodes.Status400BadRequest)
        .ProducesProblem(StatusCodes.Status404NotFound)
        .ProducesProblem(StatusCodes.Status409Conflict)
        .Needs(Permission.Approve);

    private static async Task<Ok<ModelVersion>> HandleAsync(
        string model, string version, DecisionRequest? decision, IModelRegistry registry, HttpContext context, CancellationToken cancellationToken)
    {
        var reference = new VersionReference(model, SemanticVersion.Parse(version));
        return TypedResults.Ok(await registry.ApproveAsync(reference, context.GetActor(), decision?.Reason, cancellationToken));
    }
}

/// <summary>What may come with an approval or a rejection.</summary>
/// <param name="Reason">Why, for the history.</param>
internal sealed record DecisionRequest(string? Reason);
