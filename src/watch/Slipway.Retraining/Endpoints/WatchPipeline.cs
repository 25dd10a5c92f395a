using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Slipway.Access;
using Slipway.Core;
using Slipway.Retraining.Pipelines;

namespace Slipway.Retraining.Endpoints;

/// <summary>The run as it is now and whenever it changes, one JSON object a line, until it has ended.</summary>
internal static class WatchPipeline
{
    public static void Map(IEndpointRouteBuilder pipelines) => pipelines
        .MapGet("/{id}/watch", HandleAsync)
        .WithName("WatchPipeline")
        .WithSummary("A run of the pipeline whenever it changes, one JSON object a line (application/x-ndjson)")
        .Produces<PipelineRun>(contentType: "application/x-ndjson")
        .ProducesProblem(StatusCodes.Status404NotFound)
        .Needs(Permission.Read);

    private static async Task HandleAsync(string id, HttpContext context, IPipelines pipelines, CancellationToken cancellationToken)
    {
        await GetPipeline.GetAsync(id, pipelines, cancellationToken);
        context.Response.ContentType = "application/x-ndjson";
        await foreach (var run in pipelines.WatchAsync(id, cancellationToken))
        {
            await JsonSerializer.SerializeAsync(context.Response.Body, run, SlipwayJson.Options, cancellationToken);
            await context.Response.Body.WriteAsync("\n"u8.ToArray(), cancellationToken);
            await context.Response.Body.FlushAsync(cancellationToken);
        }
    }
}
