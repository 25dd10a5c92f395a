using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Access;
using Slipway.Rollouts.History;

namespace Slipway.Rollouts.Endpoints;

internal static class GetModelHistory
{
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet("/api/v1/models/{model}/history", HandleAsync)
        .WithTags("Deployments")
        .WithName("GetModelHistory")
        .WithSummary("Where versions of a model were live at a moment: the deployments that answered with one or tried one, with roles, weights, decisions and approvals; now, without `at`")
        .ProducesProblem(StatusCodes.Status400BadRequest)
        .ProducesProblem(StatusCodes.Status404NotFound)
        .Needs(Permission.Read);

    private static async Task<Ok<ModelMoment>> HandleAsync(
        string model, IDeploymentHistory history, TimeProvider time, CancellationToken cancellationToken, string? at = null) =>
        TypedResults.Ok(await history.AtAsync(new ModelMomentQuery(model, HistoryMoment.Parse(at, "at") ?? time.GetUtcNow()), cancellationToken));
}
