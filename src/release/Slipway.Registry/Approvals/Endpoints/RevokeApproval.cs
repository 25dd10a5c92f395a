using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Access;
using Slipway.Core.Names;
using Slipway.Registry.Endpoints;

namespace Slipway.Registry.Approvals.Endpoints;

internal static class RevokeApproval
{
    public static void Map(IEndpointRouteBuilder models) => models
        .MapPost("/{model}/versions/{version}/approval/revoke", HandleAsync)
        .WithName("RevokeApproval")
        .WithSummary("Take back every approval of a version: what tries it takes it back, what answers with it goes on")
        .ProducesProblem(StatusCodes.Status400BadRequest)
        .ProducesProblem(StatusCodes.Status403Forbidden)
        .ProducesProblem(StatusCodes.Status404NotFound)
        .ProducesProblem(StatusCodes.Status409Conflict)
        .Needs(Permission.Approve);

    private static async Task<Ok<Approval>> HandleAsync(
        string model, string version, DecisionRequest? decision, IApprovals approvals, HttpContext context, CancellationToken cancellationToken) =>
        TypedResults.Ok(await approvals.RevokeAsync(new VersionReference(model, SemanticVersion.Parse(version)), context.GetCaller(), decision?.Reason, cancellationToken));
}
