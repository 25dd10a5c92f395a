using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Access;
using Slipway.Retraining.Pipelines;

namespace Slipway.Retraining.Endpoints;

internal static class ListPipelines
{
    private const int MaxRuns = 100;

    public static void Map(IEndpointRouteBuilder projects) => projects
        .MapGet("/{model}/pipelines", HandleAsync)
        .WithName("ListPipelines")
        .WithSummary($"A project's runs of the pipeline, newest first: `limit` of them, at most {MaxRuns}")
        .Needs(Permission.Read);

    private static async Task<Ok<IReadOnlyList<PipelineRun>>> HandleAsync(string model, int? limit, IPipelines pipelines, CancellationToken cancellationToken) =>
        TypedResults.Ok(await pipelines.ListAsync(model, Math.Clamp(limit ?? MaxRuns, 1, MaxRuns), cancellationToken));
}
