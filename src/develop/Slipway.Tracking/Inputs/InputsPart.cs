using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Storage;
using Slipway.Storage.Blobs;
using Slipway.Tracking.Inputs.Endpoints;
using Slipway.Tracking.Migrations;
using Slipway.Tracking.Purging;

namespace Slipway.Tracking.Inputs;

/// <summary>What runs used and made: datasets and models.</summary>
internal static class InputsPart
{
    public static IServiceCollection AddInputs(this IServiceCollection services) => services
        .AddSingleton(new SchemaPart(typeof(InputsPart).Assembly, M2026113010_Inputs.Number))
        .AddSingleton(new OwnedRows(RowOwner.Run, "run_input_tags", "run, dataset, key", "run in @ids"))
        .AddSingleton(new OwnedRows(RowOwner.Run, "run_inputs", "run, dataset", "run in @ids"))
        .AddSingleton(new OwnedRows(RowOwner.Run, "run_model_inputs", "run, model_id", "run in @ids"))
        .AddSingleton(new OwnedRows(RowOwner.Run, "run_outputs", "run, step, model_id", "run in @ids"))
        .AddSingleton(new OwnedRows(RowOwner.Experiment, "datasets", "id", "experiment in @ids"))

        // A client's digest of its own data.
        .AddSingleton(new BlobColumn("datasets", "digest", BlobUse.None));

    public static void MapInputs(this IEndpointRouteBuilder routes)
    {
        LogInputs.Map(routes);
        LogOutputs.Map(routes);
        SearchDatasets.Map(routes, routes.ServiceProvider.GetRequiredService<Database>());
    }
}
