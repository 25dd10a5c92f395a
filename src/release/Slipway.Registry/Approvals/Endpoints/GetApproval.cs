using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Access;
using Slipway.Core.Names;

namespace Slipway.Registry.Approvals.Endpoints;

internal static class GetApproval
{
    public static void Map(IEndpointRouteBuilder models) => models
        .MapGet("/{model}/versions/{version}/approval", HandleAsync)
        .WithName("GetApproval")
        .WithSummary("How the approval of a version stands: the policy, what people did, and what is missing")
        .ProducesProblem(StatusCodes.Status400BadRequest)
        .ProducesProblem(StatusCodes.Status404NotFound)
        .Needs(Permission.Read);

    private static async Task<Ok<Approval>> HandleAsync(string model, string version, IApprovals approvals, HttpContext context, CancellationToken cancellationToken) =>
        TypedResults.Ok(await approvals.GetAsync(new VersionReference(model, SemanticVersion.Parse(version)), context.GetCaller(), cancellationToken));
}
