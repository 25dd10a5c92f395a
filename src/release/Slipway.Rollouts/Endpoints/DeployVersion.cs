using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Access;
using Slipway.Core.Names;

namespace Slipway.Rollouts.Endpoints;

internal static class DeployVersion
{
    public static void Map(IEndpointRouteBuilder deployments) => deployments
        .MapPost("/{name}/deploy", HandleAsync)
        .WithName("DeployVersion")
        .WithSummary("Make an approved version the one that answers")
        .ProducesProblem(StatusCodes.Status400BadRequest)
        .ProducesProblem(StatusCodes.Status404NotFound)
        .ProducesProblem(StatusCodes.Status409Conflict)
        .ProducesProblem(StatusCodes.Status422UnprocessableEntity)
        .Needs(Permission.Deploy);

    private static async Task<Ok<DeploymentState>> HandleAsync(
        string name, DeployRequest? request, IDeployments deployments, HttpContext context, CancellationToken cancellationToken)
    {
        var version = VersionReference.Parse(request?.Version ?? "");
        return TypedResults.Ok(await deployments.DeployAsync(name, version, context.GetActor(), request?.Reason, cancellationToken));
    }
}

/// <summary>What to deploy.</summary>
/// <param name="Version">The version, such as <c>bike-demand@1.0.0</c>.</param>
/// <param name="Reason">Why, for the history.</param>
internal sealed record DeployRequest(string? Version, string? Reason);
