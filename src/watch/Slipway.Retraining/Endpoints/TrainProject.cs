using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Access;
using Slipway.Access.Scopes;
using Slipway.Retraining.Pipelines;

namespace Slipway.Retraining.Endpoints;

// A route of its own: who may train may not thereby deploy.
internal static class TrainProject
{
    public static void Map(IEndpointRouteBuilder projects) => projects
        .MapPost("/train", HandleAsync)
        .WithName("TrainProject")
        .WithSummary("Begin a run that trains, validates and registers, and deploys nothing")
        .ProducesProblem(StatusCodes.Status400BadRequest)
        .ProducesProblem(StatusCodes.Status403Forbidden)
        .ProducesProblem(StatusCodes.Status409Conflict)
        .ProducesProblem(StatusCodes.Status501NotImplemented)
        .ChecksScope()
        .Needs(Permission.Develop);

    private static async Task<Accepted<PipelineRun>> HandleAsync(
        ProjectSource source, IPipelines pipelines, HttpContext context, CancellationToken cancellationToken)
    {
        source.DemandScope(context);
        var run = await pipelines.StartAsync(source.ToRequest(PipelineGoal.Register), context.GetCaller(), cancellationToken);
        context.SetAuditTarget(run.Model);
        return TypedResults.Accepted($"/api/v1/pipelines/{run.Id}", run);
    }
}
