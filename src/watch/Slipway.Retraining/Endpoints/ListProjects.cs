using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Access;
using Slipway.Retraining.Projects;

namespace Slipway.Retraining.Endpoints;

internal static class ListProjects
{
    public static void Map(IEndpointRouteBuilder projects) => projects
        .MapGet("/", HandleAsync)
        .WithName("ListProjects")
        .WithSummary("The projects that were applied, by model")
        .Needs(Permission.Read);

    private static async Task<Ok<IReadOnlyList<Project>>> HandleAsync(IProjects projects, CancellationToken cancellationToken) =>
        TypedResults.Ok(await projects.ListAsync(cancellationToken));
}
