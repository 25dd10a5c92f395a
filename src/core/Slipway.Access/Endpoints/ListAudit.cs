using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Access.Audit;
using Slipway.Core.Errors;

namespace Slipway.Access.Endpoints;

internal static class ListAudit
{
    private const int Most = 1000;

    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet("/api/v1/audit", HandleAsync)
        .WithTags("Audit")
        .WithName("ListAudit")
        .WithSummary("The newest changes: who did what, when, from where, with what outcome")
        .ProducesProblem(StatusCodes.Status400BadRequest)
        .Needs(Permission.Administer);

    private static async Task<Ok<IReadOnlyList<AuditEntry>>> HandleAsync(IAuditLog audit, CancellationToken cancellationToken, int limit = 100) => limit is < 1 or > Most
        ? throw new SlipwayException(ErrorKind.InvalidInput, $"limit is {limit}; it may be 1 to {Most}.")
        : TypedResults.Ok(await audit.ListAsync(limit, cancellationToken));
}
