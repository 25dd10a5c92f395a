using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Access;
using Slipway.Core.Names;
using Slipway.Registry.Endpoints;

namespace Slipway.Registry.Approvals.Endpoints;

internal static class RejectVersion
{
    public static void Map(IEndpointRouteBuilder models) => models
        .MapPost("/{model}/versions/{version}/reject", HandleAsync)
        .WithName("RejectVersion")
        .WithSummary("Say that a version must not be used; final")
        .ProducesProblem(StatusCodes.Status400BadRequest)
        .ProducesProblem(StatusCodes.Status403Forbidden)
        .ProducesProblem(StatusCodes.Status404NotFound)
        .ProducesProblem(StatusCodes.Status409Conflict)
        .Needs(Permission.Approve);

    private static async Task<Ok<Approval>> HandleAsync(
        string model, string version, DecisionRequest? decision, IApprovals approvals, HttpContext context, CancellationToken cancellationToken) =>
        TypedResults.Ok(await approvals.RejectAsync(new VersionReference(model, SemanticVersion.Parse(version)), context.GetCaller(), decision?.Reason, cancellationToken));
}
