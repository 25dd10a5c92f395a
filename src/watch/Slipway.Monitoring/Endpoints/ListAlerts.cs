using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Access;
using Slipway.Access.Scopes;
using Slipway.Core.Errors;
using Slipway.Monitoring.Alerts;

namespace Slipway.Monitoring.Endpoints;

internal static class ListAlerts
{
    private const int MostAlerts = 1000;

    public static void Map(IEndpointRouteBuilder alerts) => alerts
        .MapGet("", HandleAsync)
        .WithName("ListAlerts")
        .WithSummary("What was found beyond its limits, newest first: of one deployment or all, and only what still is with firing=true (100 unless limit says otherwise, at most 1000)")
        .ProducesProblem(StatusCodes.Status400BadRequest)
        .OfDeploymentInQuery()
        .Needs(Permission.Read);

    private static async Task<Ok<IReadOnlyList<AlertState>>> HandleAsync(IMonitoring monitoring, CancellationToken cancellationToken, string? deployment = null, bool firing = false, int limit = 100)
    {
        if (limit is < 1 or > MostAlerts)
        {
            throw new SlipwayException(ErrorKind.InvalidInput, $"'limit' is {limit}. Give a number from 1 to {MostAlerts}.");
        }

        return TypedResults.Ok(await monitoring.ListAlertsAsync(deployment, firing, limit, cancellationToken));
    }
}
