using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Storage;
using Slipway.Storage.Blobs;
using Slipway.Tracking.EvaluationDatasets.Endpoints;
using Slipway.Tracking.Migrations;
using Slipway.Tracking.Purging;

namespace Slipway.Tracking.EvaluationDatasets;

/// <summary>Evaluation datasets: questions and what is expected of the answers, which an application's changes are judged by.</summary>
internal static class EvaluationDatasetsPart
{
    public static IServiceCollection AddEvaluationDatasets(this IServiceCollection services) => services
        .AddSingleton(new SchemaPart(typeof(EvaluationDatasetsPart).Assembly, M2026113052_EvaluationDatasets.Number))

        // The dataset stays: it may be used elsewhere, and is deleted by itself.
        .AddSingleton(new OwnedRows(RowOwner.Experiment, "evaluation_dataset_experiments", "dataset, experiment", "experiment in @ids"))
        .AddSingleton(new BlobColumn("evaluation_datasets", "digest", BlobUse.None))
        .AddSingleton<EvaluationDatasetStore>()
        .AddSingleton<EvaluationDatasetReader>();

    public static void MapEvaluationDatasets(this IEndpointRouteBuilder routes)
    {
        var services = routes.ServiceProvider;
        var store = services.GetRequiredService<EvaluationDatasetStore>();
        var reader = services.GetRequiredService<EvaluationDatasetReader>();
        var database = services.GetRequiredService<Database>();
        CreateEvaluationDataset.Map(routes, store, reader);
        GetEvaluationDataset.Map(routes, reader);
        SearchEvaluationDatasets.Map(routes, reader, database);
        DeleteEvaluationDataset.Map(routes);
        EvaluationDatasetTags.Map(routes, store);
        EvaluationDatasetExperiments.Map(routes, store, reader);
        UpsertEvaluationRecords.Map(routes, store);
        ListEvaluationRecords.Map(routes, reader, database);
        DeleteEvaluationRecords.Map(routes, store);
    }
}
