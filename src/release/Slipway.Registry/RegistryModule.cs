using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Access.Scopes;
using Slipway.Registry.Cards;
using Slipway.Registry.Decisions;
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
    /// <summary>Adds <see cref="IModelRegistry"/>, <see cref="IModelCards"/> and their tables.</summary>
    public static IServiceCollection AddRegistry(this IServiceCollection services) => services
        .AddSingleton(new SchemaPart(typeof(RegistryModule).Assembly, M2026112440_ModelVersions.Number))
        .AddSingleton(new BlobColumn("model_versions", "artifact_digest", BlobUse.Artifact))
        .AddSingleton<ModelVersionStore>()
        .AddSingleton<IModelRegistry, ModelRegistry>()
        .AddSingleton<IVersionIntegrity, VersionIntegrity>()
        .AddSingleton<IVersionHistory, VersionHistory>()
        .AddLineage()
        .AddModelCards()
        .AddMlflowRegistry();

    /// <summary>Maps <c>/api/v1/models</c> and <c>/api/v1/lineage</c>, and the routes of MLflow's clients under <c>/api</c> and <c>/ajax-api</c>. Needs an <see cref="Slipway.Mlflow.IMlflowArtifacts"/>.</summary>
    public static IEndpointRouteBuilder MapRegistry(this IEndpointRouteBuilder routes)
    {
        var models = routes.MapGroup("/api/v1/models").WithTags("Models").OfProject();
        ListModels.Map(models);
        ListVersions.Map(models);
        GetVersion.Map(models);
        ListVersionEvents.Map(models);
        ApproveVersion.Map(models);
        RejectVersion.Map(models);
        VerifyVersion.Map(models);
        GetLineage.Map(routes);
        models.MapModelCards();
        routes.MapMlflowRegistry();
        return routes;
    }
}
