using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Access;

namespace Slipway.Registry.Approvals.Endpoints;

internal static class ListApprovals
{
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet("/api/v1/approvals", HandleAsync)
        .WithTags("Models")
        .WithName("ListApprovals")
        .WithSummary("What waits for approval, since when and for what, and live versions whose approval ends or has ended (at most 200)")
        .Needs(Permission.Read);

    private static async Task<Ok<IReadOnlyList<PendingApproval>>> HandleAsync(IApprovals approvals, HttpContext context, CancellationToken cancellationToken) =>
        TypedResults.Ok(await approvals.ListPendingAsync(context.GetCaller(), cancellationToken));
}
