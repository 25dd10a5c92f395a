using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Access;
using Slipway.Access.Scopes;
using Slipway.Core.Errors;
using Slipway.Serving.Figures;
using Slipway.Serving.Routing;

namespace Slipway.Serving.Endpoints;

internal static class GetDeploymentFigures
{
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet("/api/v1/deployments/{name}/figures", Handle)
        .WithTags("Deployments")
        .WithName("GetDeploymentFigures")
        .WithSummary("Requests, errors and latency of a deployment, by version")
        .ProducesProblem(StatusCodes.Status404NotFound)
        .OfDeployment()
        .Needs(Permission.Read);

    private static Ok<IReadOnlyList<VersionFigures>> Handle(string name, VersionServer versions, IServingFigures figures) => versions.Snapshot.Find(name) is null
        ? throw new SlipwayException(ErrorKind.NotFound, $"There is no deployment '{name}'. `slipway status` lists what is deployed.")
        : TypedResults.Ok(figures.Read(name));
}
