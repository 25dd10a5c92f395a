using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Access;
using Slipway.Core.Names;
using Slipway.Storage.Events;

namespace Slipway.Registry.Endpoints;

internal static class ListVersionEvents
{
    // A version is decided upon a handful of times; whoever automates decisions still cannot make this answer grow without bound.
    private const int MaxEvents = 1000;

    public static void Map(IEndpointRouteBuilder models) => models
        .MapGet("/{model}/versions/{version}/events", HandleAsync)
        .WithName("ListVersionEvents")
        .WithSummary("What was decided about a version, by whom and why, oldest first (the newest 1000)")
        .ProducesProblem(StatusCodes.Status400BadRequest)
        .ProducesProblem(StatusCodes.Status404NotFound)
        .Needs(Permission.Read);

    private static async Task<Ok<HistoryEntry[]>> HandleAsync(
        string model, string version, IModelRegistry registry, IEventLog events, CancellationToken cancellationToken)
    {
        var reference = new VersionReference(model, SemanticVersion.Parse(version));
        await registry.GetAsync(reference, cancellationToken);
        var stored = await events.ReadSubjectAsync(VersionSubject.Of(reference), MaxEvents, cancellationToken);
        return TypedResults.Ok(stored.Select(HistoryEntry.From).ToArray());
    }
}
