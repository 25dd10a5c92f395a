using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Access.Scopes;
using Slipway.Registry.Approvals;
using Slipway.Registry.Approvals.Endpoints;
using Slipway.Registry.Cards;
using Slipway.Registry.Decisions;
using Slipway.Registry.Deletion;
using Slipway.Registry.Endpoints;
using Slipway.Registry.Integrity;
using Slipway.Registry.Lineages;
using Slipway.Registry.Migrations;
using Slipway.Registry.Mlflow;
using Slipway.Storage;
using Slipway.Storage.Blobs;

namespace Slipway.Registry;

/// <summary>The registry of model versions.</summary>
public static class RegistryModule
{
    /// <summary>Adds <see cref="IModelRegistry"/>, <see cref="IApprovals"/>, <see cref="IModelCards"/> and their tables. Takes documents from every <see cref="IVersionDocuments"/>.</summary>
    public static IServiceCollection AddRegistry(this IServiceCollection services, RegistryOptions? options = null) => services
        .AddSingleton(options ?? new RegistryOptions())
        .AddSingleton(new SchemaPart(typeof(RegistryModule).Assembly, M2026120201_Approvals.Number))
        .AddSingleton(new BlobColumn("model_versions", "artifact_digest", BlobUse.Artifact) { Where = $"state <> '{VersionState.Deleted}'" })
        .AddSingleton<ModelVersionStore>()
        .AddSingleton<IModelRegistry, ModelRegistry>()
        .AddSingleton<IVersionIntegrity, VersionIntegrity>()
        .AddSingleton<Func<IEnumerable<IVersionUse>>>(provider => provider.GetServices<IVersionUse>)
        .AddSingleton<IVersionDeletion, VersionDeletion>()
        .AddSingleton<IVersionHistory, VersionHistory>()
        .AddLineage()
        .AddModelCards()
        .AddSingleton<ApprovalStore>()
        .AddSingleton<Func<IEnumerable<IVersionRoles>>>(provider => provider.GetServices<IVersionRoles>)
        .AddSingleton<Func<IEnumerable<IVersionDocuments>>>(provider => provider.GetServices<IVersionDocuments>)
        .AddSingleton<ApprovalReader>()
        .AddSingleton<IApprovals, ApprovalBook>()
        .AddSingleton<ApprovalReminders>()
        .AddHostedService(provider => provider.GetRequiredService<ApprovalReminders>())
        .AddMlflowRegistry();

    /// <summary>Maps <c>/api/v1/models</c>, <c>/api/v1/approvals</c> and <c>/api/v1/lineage</c>, and the routes of MLflow's clients under <c>/api</c> and <c>/ajax-api</c>. Needs an <see cref="Slipway.Mlflow.IMlflowArtifacts"/>.</summary>
    public static IEndpointRouteBuilder MapRegistry(this IEndpointRouteBuilder routes)
    {
        var models = routes.MapGroup("/api/v1/models").WithTags("Models").OfProject();
        ListModels.Map(models);
        ListVersions.Map(models);
        GetVersion.Map(models);
        ListVersionEvents.Map(models);
        GetApproval.Map(models);
        RequestApproval.Map(models);
        CommentOnApproval.Map(models);
        ApproveVersion.Map(models);
        RejectVersion.Map(models);
        VerifyVersion.Map(models);
        DeleteVersion.Map(models);
        GetLineage.Map(routes);
        models.MapModelCards();
        RevokeApproval.Map(models);
        DeprecateVersion.Map(models);
        ListApprovals.Map(routes);
        routes.MapMlflowRegistry();
        return routes;
    }
}
