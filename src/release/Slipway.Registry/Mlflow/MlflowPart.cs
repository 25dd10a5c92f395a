using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Mlflow;
using Slipway.Registry.Migrations;
using Slipway.Registry.Mlflow.Endpoints;
using Slipway.Registry.Mlflow.Webhooks;
using Slipway.Storage;

namespace Slipway.Registry.Mlflow;

/// <summary>The registry as MLflow's clients see it.</summary>
internal static class MlflowPart
{
    public static IServiceCollection AddMlflowRegistry(this IServiceCollection services) => services
        .AddSingleton(new SchemaPart(typeof(MlflowPart).Assembly, M2026113080_VersionsByLoggedModel.Number))
        .AddSingleton(new NeededArtifacts("registered_versions", "source"))
        .AddSingleton(new NeededArtifacts("registered_versions", "location"))
        .AddSingleton(RegistryContract.All)
        .AddSingleton<RegisteredModelStore>()
        .AddSingleton<RegisteredVersionStore>()
        .AddSingleton<RegistryReader>()
        .AddSingleton<IModelRegistrations, ModelRegistrations>()
        .AddSingleton<IRegisteredModels, RegisteredModels>()
        .AddSingleton<IArtifactFolder, ServableFolder>()
        .AddRegistryWebhooks();

    public static void MapMlflowRegistry(this IEndpointRouteBuilder routes)
    {
        var database = routes.ServiceProvider.GetRequiredService<Database>();
        var reader = routes.ServiceProvider.GetRequiredService<RegistryReader>();
        var models = routes.ServiceProvider.GetRequiredService<RegisteredModelStore>();
        CreateRegisteredModel.Map(routes, models, reader);
        GetRegisteredModel.Map(routes, reader);
        SearchRegisteredModels.Map(routes, reader, database);
        GetLatestVersions.Map(routes, reader);
        UpdateRegisteredModel.Map(routes, models, reader);
        DeleteRegisteredModel.Map(routes);
        SetRegisteredModelTag.Map(routes);
        SetModelAlias.Map(routes, reader);

        var versions = routes.ServiceProvider.GetRequiredService<RegisteredVersionStore>();
        var artifacts = routes.ServiceProvider.GetRequiredService<IMlflowArtifacts>();
        CreateModelVersion.Map(routes, versions, reader);
        GetModelVersion.Map(routes, reader);
        SearchModelVersions.Map(routes, reader, database);
        UpdateModelVersion.Map(routes, versions, reader);
        TransitionModelVersionStage.Map(routes, versions, reader);
        DeleteModelVersion.Map(routes, versions);
        SetModelVersionTag.Map(routes);
        GetModelVersionFiles.Map(routes, reader, artifacts);
        routes.MapRegistryWebhooks();
    }
}
