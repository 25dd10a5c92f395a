using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Access;
using Slipway.Core.Errors;
using Slipway.Retraining.Pipelines;

namespace Slipway.Retraining.Endpoints;

internal static class GetPipeline
{
    public static void Map(IEndpointRouteBuilder pipelines) => pipelines
        .MapGet("/{id}", HandleAsync)
        .WithName("GetPipeline")
        .WithSummary("A run of the pipeline as it is now")
        .ProducesProblem(StatusCodes.Status404NotFound)
        .Needs(Permission.Read);

    private static async Task<Ok<PipelineRun>> HandleAsync(string id, IPipelines pipelines, CancellationToken cancellationToken) =>
        TypedResults.Ok(await GetAsync(id, pipelines, cancellationToken));

    internal static async Task<PipelineRun> GetAsync(string id, IPipelines pipelines, CancellationToken cancellationToken) =>
        await pipelines.FindAsync(id, cancellationToken)
            ?? throw new SlipwayException(ErrorKind.NotFound, $"There is no pipeline run '{id}'. `GET /api/v1/projects/MODEL/pipelines` lists them.");
}
