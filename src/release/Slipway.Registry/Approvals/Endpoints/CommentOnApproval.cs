using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Access;
using Slipway.Core.Names;
using Slipway.Registry.Endpoints;

namespace Slipway.Registry.Approvals.Endpoints;

internal static class CommentOnApproval
{
    public static void Map(IEndpointRouteBuilder models) => models
        .MapPost("/{model}/versions/{version}/approval/comment", HandleAsync)
        .WithName("CommentOnApproval")
        .WithSummary("Say something about a version that waits for approval, which decides nothing")
        .ProducesProblem(StatusCodes.Status400BadRequest)
        .ProducesProblem(StatusCodes.Status403Forbidden)
        .ProducesProblem(StatusCodes.Status404NotFound)
        .ProducesProblem(StatusCodes.Status409Conflict)
        .Needs(Permission.Deploy);

    private static async Task<Ok<Approval>> HandleAsync(
        string model, string version, DecisionRequest? decision, IApprovals approvals, HttpContext context, CancellationToken cancellationToken) =>
        TypedResults.Ok(await approvals.CommentAsync(new VersionReference(model, SemanticVersion.Parse(version)), context.GetCaller(), decision?.Reason, cancellationToken));
}
