using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Access;
using Slipway.Access.Scopes;
using Slipway.Retraining.Pipelines;

namespace Slipway.Retraining.Endpoints;

internal static class ApplyProject
{
    public static void Map(IEndpointRouteBuilder projects) => projects
        .MapPost("/apply", HandleAsync)
        .WithName("ApplyProject")
        .WithSummary("Begin a run that makes a project's file so: data, train, validate, register, deploy")
        .ProducesProblem(StatusCodes.Status400BadRequest)
        .ProducesProblem(StatusCodes.Status403Forbidden)
        .ProducesProblem(StatusCodes.Status409Conflict)
        .ProducesProblem(StatusCodes.Status501NotImplemented)
        .ChecksScope()
        .Needs(Permission.Deploy);

    private static async Task<Accepted<PipelineRun>> HandleAsync(
        ProjectSource source, IPipelines pipelines, HttpContext context, CancellationToken cancellationToken)
    {
        source.DemandScope(context);
        var run = await pipelines.StartAsync(source.ToRequest(PipelineGoal.Deploy), context.GetCaller(), cancellationToken);
        context.SetAuditTarget(run.Model);
        return TypedResults.Accepted($"/api/v1/pipelines/{run.Id}", run);
    }
}
