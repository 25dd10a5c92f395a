using Microsoft.Extensions.DependencyInjection;
using Slipway.Storage.Blobs;

namespace Slipway.Tracking.Purging;

/// <summary>Deleting for good.</summary>
internal static class PurgingPart
{
    public static IServiceCollection AddPurging(this IServiceCollection services) => services
        .AddSingleton(new OwnedRows(RowOwner.Run, "metric_arrivals", "run, number", "run in @ids"))
        .AddSingleton(new OwnedRows(RowOwner.Run, "metric_points", "run, key, step, timestamp, value, is_nan", "run in @ids"))
        .AddSingleton(new OwnedRows(RowOwner.Run, "metric_blocks", "run, key, first_step", "run in @ids"))
        .AddSingleton(new OwnedRows(RowOwner.Run, "run_metrics", "run, key", "run in @ids"))
        .AddSingleton(new OwnedRows(RowOwner.Run, "run_params", "run, key", "run in @ids"))
        .AddSingleton(new OwnedRows(RowOwner.Run, "run_tags", "run, key", "run in @ids"))
        .AddSingleton(new OwnedRows(RowOwner.Experiment, "experiment_tags", "experiment, key", "experiment in @ids"))

        // A client's digest of its own data.
        .AddSingleton(new BlobColumn("metric_points", "dataset_digest", BlobUse.None))
        .AddSingleton<NeededByOthers>()
        .AddSingleton<PurgedArtifacts>()
        .AddSingleton<PurgeSearch>()
        .AddSingleton<PurgePlan>()
        .AddSingleton<Purge>();
}
