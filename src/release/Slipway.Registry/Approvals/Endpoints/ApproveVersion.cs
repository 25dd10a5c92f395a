using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Access;
using Slipway.Core.Names;
using Slipway.Registry.Endpoints;

namespace Slipway.Registry.Approvals.Endpoints;

internal static class ApproveVersion
{
    public static void Map(IEndpointRouteBuilder models) => models
        .MapPost("/{model}/versions/{version}/approve", HandleAsync)
        .WithName("ApproveVersion")
        .WithSummary("Approve a validated version; it may be deployed when its model's policy is satisfied")
        .ProducesProblem(StatusCodes.Status400BadRequest)
        .ProducesProblem(StatusCodes.Status403Forbidden)
        .ProducesProblem(StatusCodes.Status404NotFound)
        .ProducesProblem(StatusCodes.Status409Conflict)
        .Needs(Permission.Approve);

    private static async Task<Ok<Approval>> HandleAsync(
        string model, string version, DecisionRequest? decision, IApprovals approvals, HttpContext context, CancellationToken cancellationToken) =>
        TypedResults.Ok(await approvals.ApproveAsync(new VersionReference(model, SemanticVersion.Parse(version)), context.GetCaller(), decision?.Reason, cancellationToken));
}
