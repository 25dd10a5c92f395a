using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Slipway.Access;
using Slipway.Core;
using Slipway.Rollouts.Releases;

namespace Slipway.Rollouts.Endpoints;

internal static class WatchRollout
{
    public static void Map(IEndpointRouteBuilder rollouts) => rollouts
        .MapGet("/{id}/watch", HandleAsync)
        .WithName("WatchRollout")
        .WithSummary("A rollout now and whenever it changes until it has ended, one JSON object a line (application/x-ndjson)")
        .Produces<RolloutState>(contentType: "application/x-ndjson")
        .ProducesProblem(StatusCodes.Status404NotFound)
        .Needs(Permission.Read);

    private static async Task HandleAsync(string id, HttpContext context, IRollouts rollouts, RolloutWatch watch, CancellationToken cancellationToken)
    {
        await rollouts.GetAsync(id, cancellationToken);
        context.Response.ContentType = "application/x-ndjson";
        await foreach (var rollout in watch.WatchAsync(id, cancellationToken))
        {
            await JsonSerializer.SerializeAsync(context.Response.Body, rollout, SlipwayJson.Options, cancellationToken);
            await context.Response.Body.WriteAsync("\n"u8.ToArray(), cancellationToken);
            await context.Response.Body.FlushAsync(cancellationToken);
        }
    }
}
