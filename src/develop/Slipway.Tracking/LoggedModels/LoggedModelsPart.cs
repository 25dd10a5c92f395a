using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Storage;
using Slipway.Storage.Blobs;
using Slipway.Tracking.Artifacts;
using Slipway.Tracking.LoggedModels.Endpoints;
using Slipway.Tracking.Migrations;
using Slipway.Tracking.Purging;

namespace Slipway.Tracking.LoggedModels;

/// <summary>Logged models: what a script made, with its parameters, tags, files and what was measured of it.</summary>
internal static class LoggedModelsPart
{
    public static IServiceCollection AddLoggedModels(this IServiceCollection services) => services
        .AddSingleton(new SchemaPart(typeof(LoggedModelsPart).Assembly, M2026113011_LoggedModels.Number))
        .AddSingleton(new OwnedRows(RowOwner.Run, "logged_model_metrics", "model, key, run, dataset_name, dataset_digest", "run in @ids"))
        .AddSingleton(new OwnedRows(RowOwner.Experiment, "logged_model_metrics", "model, key, run, dataset_name, dataset_digest", "model in (select id from logged_models where experiment in @ids)"))
        .AddSingleton(new OwnedRows(RowOwner.Experiment, "logged_model_params", "model, key", "experiment in @ids"))
        .AddSingleton(new OwnedRows(RowOwner.Experiment, "logged_model_tags", "model, key", "experiment in @ids"))
        .AddSingleton(new OwnedRows(RowOwner.Experiment, "logged_models", "id", "experiment in @ids"))

        // A client's digest of its own data.
        .AddSingleton(new BlobColumn("logged_model_metrics", "dataset_digest", BlobUse.None))
        .AddSingleton<LoggedModelStore>()
        .AddSingleton<LoggedModelReader>();

    public static void MapLoggedModels(this IEndpointRouteBuilder routes)
    {
        var services = routes.ServiceProvider;
        var models = services.GetRequiredService<LoggedModelStore>();
        var reader = services.GetRequiredService<LoggedModelReader>();
        CreateLoggedModel.Map(routes, models, reader);
        GetLoggedModel.Map(routes, reader);
        FinalizeLoggedModel.Map(routes, models, reader);
        DeleteLoggedModel.Map(routes, models);
        SearchLoggedModels.Map(routes, reader, services.GetRequiredService<Database>());
        SetLoggedModelTags.Map(routes, models, reader);
        LogLoggedModelParameters.Map(routes, models);
        LoggedModelArtifacts.Map(routes, reader, services.GetRequiredService<ArtifactTable>(), services.GetRequiredService<ArtifactDownload>());
    }
}
