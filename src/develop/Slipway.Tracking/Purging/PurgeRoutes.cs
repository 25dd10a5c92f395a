using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Slipway.Access;

namespace Slipway.Tracking.Purging;

/// <summary>Slipway's own routes, since MLflow's interface has none for it: a look at what would go, and the purge itself.</summary>
internal static class PurgeRoutes
{
    private const string Path = "/api/v1/purge";

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet(Path, PlanAsync)
            .WithTags("Tracking")
            .WithName("PlanPurge")
            .WithSummary("What a purge would delete for good: runs and experiments that were deleted at least `olderThan` ago (30d; 0d for those that are named), and content that nothing needs any more")
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status409Conflict)
            .Needs(Permission.Administer);
        routes.MapPost(Path, RunAsync)
            .WithTags("Tracking")
            .WithName("Purge")
            .WithSummary("Delete for good what was deleted, with its files. Nothing brings it back")
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status409Conflict)
            .Needs(Permission.Administer);
    }

    private static async Task<Ok<PurgeReport>> PlanAsync(
        PurgePlan plan,
        NeededByOthers needed,
        TimeProvider time,
        CancellationToken cancellationToken,
        string? olderThan = null,
        [FromQuery(Name = "experiment")] string[]? experiments = null,
        [FromQuery(Name = "run")] string[]? runs = null) => TypedResults.Ok(await plan.ReadAsync(PurgeSelection.Of(olderThan, experiments, runs, needed, time), cancellationToken));

    private static async Task<Ok<PurgeReport>> RunAsync(PurgeRequest? request, Purge purge, NeededByOthers needed, TimeProvider time, HttpContext context, CancellationToken cancellationToken) => TypedResults.Ok(
        await purge.RunAsync(
            PurgeSelection.Of(request?.OlderThan, request?.Experiments, request?.Runs, needed, time),
            (transaction, what) =>
            {
                context.SetAuditTarget(what);
                return context.AuditAsync(transaction);
            },
            cancellationToken));
}

/// <summary>What shall go.</summary>
/// <param name="OlderThan">How long it must have been deleted, such as <c>30d</c>: that, or no time for what is named.</param>
/// <param name="Experiments">Ids of experiments; with <paramref name="Runs"/>, nothing else goes.</param>
/// <param name="Runs">Ids of runs.</param>
internal sealed record PurgeRequest(string? OlderThan, IReadOnlyList<string>? Experiments, IReadOnlyList<string>? Runs);
