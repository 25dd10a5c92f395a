using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Access;
using Slipway.Core.Errors;
using Slipway.Monitoring.Watching;

namespace Slipway.Monitoring.Endpoints;

internal static class GetDeploymentWatch
{
    public static void Map(IEndpointRouteBuilder deployments) => deployments
        .MapGet("/{name}/watch", HandleAsync)
        .WithName("GetDeploymentWatch")
        .WithSummary("Traffic by bucket of event time, and what each window says about drift and quality, oldest first (the newest 2000, or those between from and to)")
        .ProducesProblem(StatusCodes.Status400BadRequest)
        .ProducesProblem(StatusCodes.Status404NotFound)
        .Needs(Permission.Read);

    private static async Task<Ok<DeploymentWatch>> HandleAsync(string name, DateTimeOffset? from, DateTimeOffset? to, IMonitoring monitoring, CancellationToken cancellationToken)
    {
        if (from > to)
        {
            throw new SlipwayException(ErrorKind.InvalidInput, $"'from' ({from:u}) is after 'to' ({to:u}). Give the earlier moment as from.");
        }

        return TypedResults.Ok(await monitoring.FindAsync(name, from, to, cancellationToken)
            ?? throw new SlipwayException(ErrorKind.NotFound, $"Nothing was recorded for a deployment '{name}'. Send it a prediction first; `slipway status` lists the deployments there are."));
    }
}
