using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Access;
using Slipway.Core.Errors;
using Slipway.Retraining.Projects;

namespace Slipway.Retraining.Endpoints;

internal static class GetProject
{
    public static void Map(IEndpointRouteBuilder projects) => projects
        .MapGet("/{model}", HandleAsync)
        .WithName("GetProject")
        .WithSummary("A project with its file's text")
        .ProducesProblem(StatusCodes.Status404NotFound)
        .Needs(Permission.Read);

    private static async Task<Ok<Project>> HandleAsync(string model, IProjects projects, CancellationToken cancellationToken) =>
        TypedResults.Ok(await projects.FindAsync(model, cancellationToken)
            ?? throw new SlipwayException(ErrorKind.NotFound, $"There is no project '{model}'. Apply its slipway.yaml first."));
}
