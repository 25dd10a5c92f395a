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
        .WithSummary("The newest changes, of somebody, of something or since a moment: who did what, when, from where, with what outcome")
        .ProducesProblem(StatusCodes.Status400BadRequest)
        .Needs(Permission.Administer);

    private static async Task<Ok<IReadOnlyList<AuditEntry>>> HandleAsync(
        IAuditLog audit, CancellationToken cancellationToken, string? who = null, string? what = null, DateTimeOffset? since = null, int limit = 100) => limit is < 1 or > Most
        ? throw new SlipwayException(ErrorKind.InvalidInput, $"limit is {limit}; it may be 1 to {Most}.")
        : TypedResults.Ok(await audit.ListAsync(new AuditQuery(limit, who, what, since), cancellationToken));
}
