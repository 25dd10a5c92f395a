using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Access;
using Slipway.Registry;
using Slipway.Storage.Events;

namespace Slipway.Rollouts.Endpoints;

internal static class ListDeploymentEvents
{
    private const int MaxEvents = 1000;

    public static void Map(IEndpointRouteBuilder deployments) => deployments
        .MapGet("/{name}/events", HandleAsync)
        .WithName("ListDeploymentEvents")
        .WithSummary("What answered when, who changed it and why, oldest first (the newest 1000)")
        .ProducesProblem(StatusCodes.Status404NotFound)
        .Needs(Permission.Read);

    private static async Task<Ok<HistoryEntry[]>> HandleAsync(string name, IDeployments deployments, IEventLog events, CancellationToken cancellationToken)
    {
        await deployments.GetAsync(name, cancellationToken);
        var stored = await events.ReadSubjectAsync(DeploymentSubject.Of(name), MaxEvents, cancellationToken);
        return TypedResults.Ok(stored.Select(HistoryEntry.From).ToArray());
    }
}
