using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Access;
using Slipway.Access.Scopes;
using Slipway.Retraining.Projects;

namespace Slipway.Retraining.Endpoints;

internal static class ListProjects
{
    public static void Map(IEndpointRouteBuilder projects) => projects
        .MapGet("/", HandleAsync)
        .WithName("ListProjects")
        .WithSummary("The projects that were applied and that the caller may know of, by model")
        .ChecksScope()
        .Needs(Permission.Read);

    private static async Task<Ok<IReadOnlyList<Project>>> HandleAsync(IProjects projects, HttpContext context, CancellationToken cancellationToken) =>
        TypedResults.Ok<IReadOnlyList<Project>>([.. (await projects.ListAsync(cancellationToken)).Where(project => context.IsInScope(ScopeTarget.OfProject(project.Model)))]);
}
