using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Access.Scopes;
using Slipway.Core.Lineages;
using Slipway.Registry;
using Slipway.Registry.Deletion;
using Slipway.Registry.Cards;
using Slipway.Rollouts.Cards;
using Slipway.Rollouts.Endpoints;
using Slipway.Rollouts.History;
using Slipway.Rollouts.Migrations;
using Slipway.Rollouts.Releases;
using Slipway.Storage;
using Slipway.Storage.Blobs;

namespace Slipway.Rollouts;

/// <summary>What is deployed, and how it changes.</summary>
public static class RolloutsModule
{
    /// <summary>
    /// Adds <see cref="IDeployments"/>, <see cref="IRollouts"/>, their tables, <see cref="IDeploymentsReadiness"/>, and the services that restore what was deployed and let rollouts go on
    /// when the program starts. Needs an <see cref="IVersionServer"/>; takes evidence from an <see cref="IRolloutEvidence"/> and plans from an <see cref="IReleasePlans"/> where there are any.
    /// </summary>
    public static IServiceCollection AddRollouts(this IServiceCollection services) => services
        .AddSingleton(new SchemaPart(typeof(RolloutsModule).Assembly, M2026120303_History.Number))
        .AddSingleton(new BlobColumn("deployments", "stable_digest", BlobUse.Artifact))
        .AddSingleton(new BlobColumn("deployments", "previous_digest", BlobUse.Artifact))
        .AddSingleton(new BlobColumn("deployments", "candidate_digest", BlobUse.Artifact))
        .AddSingleton<DeploymentStore>()
        .AddSingleton<Admission>()
        .AddSingleton<IVersionRoles, VersionRoles>()
        .AddSingleton<IVersionUse, VersionUse>()
        .AddSingleton<ICardSection, DeploymentsSection>()
        .AddSingleton<DeploymentTurns>()
        .AddSingleton<DeploymentsReadiness>()
        .AddSingleton<IDeploymentsReadiness>(provider => provider.GetRequiredService<DeploymentsReadiness>())
        .AddSingleton<DeploymentReconciler>()
        .AddSingleton<RolloutStore>()
        .AddSingleton<DeployedVersionStore>()
        .AddSingleton<IDeploymentHistory, DeploymentHistory>()
        .AddSingleton<ILineageSource, ReleaseLineage>()
        .AddSingleton<ReleaseStore>()
        .AddSingleton<RolloutSignal>()
        .AddSingleton<RolloutNeighbours>()
        .AddSingleton<DeploymentChanges>()
        .AddSingleton<RolloutReconciler>()
        .AddSingleton<RolloutStart>()
        .AddSingleton<RolloutWatch>()
        .AddSingleton<IDeployments, Deployments>()
        .AddSingleton<IRollouts, RolloutBook>()
        .AddHostedService<DeploymentRestorer>()
        .AddHostedService<RolloutDriver>()
        .AddHostedService<DecisionFollower>();

    /// <summary>Maps <c>/api/v1/deployments</c>, <c>/api/v1/rollouts</c> and <c>/api/v1/models/…/history</c>.</summary>
    public static IEndpointRouteBuilder MapRollouts(this IEndpointRouteBuilder routes)
    {
        var deployments = routes.MapGroup("/api/v1/deployments").WithTags("Deployments").OfDeployment();
        ListDeployments.Map(deployments);
        GetDeployment.Map(deployments);
        ListDeploymentEvents.Map(deployments);
        GetDeploymentHistory.Map(deployments);
        GetModelHistory.Map(routes);
        DeployVersion.Map(deployments);
        RollBackDeployment.Map(deployments);

        var rollouts = routes.MapGroup("/api/v1/rollouts").WithTags("Rollouts").ScopedBy(async context =>
            ScopeTarget.OfDeployment((await context.RequestServices.GetRequiredService<IRollouts>().FindAsync((string)context.Request.RouteValues["id"]!, context.RequestAborted))?.Deployment));
        ListRollouts.Map(rollouts);
        GetRollout.Map(rollouts);
        ListRolloutLooks.Map(rollouts);
        WatchRollout.Map(rollouts);
        PromoteRollout.Map(rollouts);
        RollBackRollout.Map(rollouts);
        return routes;
    }
}
