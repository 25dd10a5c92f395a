using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Access;
using Slipway.Access.Scopes;
using Slipway.Core.Errors;
using Slipway.Core.Names;
using Slipway.Registry.Approvals;
using Slipway.Rollouts.Releases;

namespace Slipway.Rollouts.Endpoints;

internal static class DeployVersion
{
    public static void Map(IEndpointRouteBuilder deployments) => deployments
        .MapPost("/{name}/deploy", HandleAsync)
        .WithName("DeployVersion")
        .WithSummary("Make an approved version the one that answers: at once (200, the deployment), or by a rollout (202, the rollout) where the strategy is blue-green or canary")
        .ProducesProblem(StatusCodes.Status400BadRequest)
        .ProducesProblem(StatusCodes.Status403Forbidden)
        .ProducesProblem(StatusCodes.Status404NotFound)
        .ProducesProblem(StatusCodes.Status409Conflict)
        .ProducesProblem(StatusCodes.Status422UnprocessableEntity)
        .ChecksScope()
        .Needs(Permission.Deploy);

    private static async Task<Results<Ok<DeploymentState>, Accepted<RolloutState>>> HandleAsync(
        string name,
        DeployRequest? request,
        IDeployments deployments,
        IRollouts rollouts,
        IApprovals approvals,
        RolloutNeighbours neighbours,
        HttpContext context,
        CancellationToken cancellationToken)
    {
        var version = VersionReference.Parse(request?.Version ?? "");
        ResourceName.Check(name, "deployment");
        context.DemandScope(new ScopeTarget(version.Model, name));
        if (request is { Override: true })
        {
            var overridden = await OverrideAsync(name, version, request, deployments, context.GetCaller(), cancellationToken);
            return TypedResults.Ok(await overridden.WithWarningsAsync(approvals, cancellationToken));
        }

        var plan = await neighbours.FindPlanAsync(name, cancellationToken) ?? new RolloutPlan { Strategy = PlanCheck.Immediate };
        plan = request?.Strategy is { } strategy ? plan.By(PlanCheck.CheckStrategy(strategy)) : plan;
        if (plan.Strategy == PlanCheck.Immediate)
        {
            return TypedResults.Ok(await deployments.DeployAsync(name, version, context.GetActor(), request?.Reason, cancellationToken));
        }

        var rollout = await rollouts.StartAsync(new RolloutRequest(name, version, plan, request?.Reason), context.GetActor(), cancellationToken);
        return TypedResults.Accepted($"/api/v1/rollouts/{rollout.Id}", rollout);
    }

    // An emergency does not wait for evidence, and a rollout would have to remember that its candidate may not be there.
    private static Task<DeploymentState> OverrideAsync(
        string name, VersionReference version, DeployRequest request, IDeployments deployments, Caller caller, CancellationToken cancellationToken) => request.Strategy is null or PlanCheck.Immediate
        ? deployments.OverrideAsync(name, version, caller, request.Reason, cancellationToken)
        : throw new SlipwayException(ErrorKind.InvalidInput, $"An override takes over at once, so it has no strategy {request.Strategy}. Leave the strategy out, or use {PlanCheck.Immediate}.");
}

/// <summary>What to deploy.</summary>
/// <param name="Version">The version, such as <c>bike-demand@1.0.0</c>.</param>
/// <param name="Reason">Why, for the history.</param>
/// <param name="Strategy"><c>immediate</c>, <c>blue-green</c> or <c>canary</c>; else that of the deployment's project, else <c>immediate</c>.</param>
/// <param name="Override">True in an emergency: at once, although the version lacks what its policy demands. Needs the right to override, and a reason.</param>
internal sealed record DeployRequest(string? Version, string? Reason, string? Strategy = null, bool Override = false);
