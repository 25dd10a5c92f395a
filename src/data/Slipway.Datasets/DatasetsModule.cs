using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Slipway.Access;
using Slipway.Core.Lineages;
using Slipway.Datasets.Duck;
using Slipway.Datasets.Endpoints;
using Slipway.Datasets.Migrations;
using Slipway.Datasets.Sources;
using Slipway.Storage;
using Slipway.Storage.Blobs;

namespace Slipway.Datasets;

/// <summary>Datasets: SQL over files to immutable snapshots with schema and profile.</summary>
public static class DatasetsModule
{
    /// <summary>Adds <see cref="IDatasets"/> and its tables, with the bounds of <paramref name="options"/>.</summary>
    public static IServiceCollection AddDatasets(this IServiceCollection services, DatasetsOptions? options = null)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton((options ?? new DatasetsOptions()).Check());
        services.AddSingleton(new SchemaPart(typeof(DatasetsModule).Assembly, M2026120304_Sources.Number));
        services.AddSingleton(new BlobColumn("dataset_versions", "digest", BlobUse.Blob));

        // A snapshot's own digest again, whose row above keeps it; and files that lie in the project's folder, not here.
        services.AddSingleton(new BlobColumn("dataset_sources", "digest", BlobUse.None));
        services.AddSingleton(new BlobColumn("dataset_sources", "file_digest", BlobUse.None));
        services.AddSingleton<DuckEngine>();
        services.AddSingleton<DatasetVersionStore>();
        services.AddSingleton<SourceFileStore>();
        services.AddSingleton<ILineageSource, DatasetLineage>();
        services.AddSingleton<IDatasets, DatasetCatalog>();
        return services;
    }

    /// <summary>Maps <c>/api/v1/datasets</c>.</summary>
    public static IEndpointRouteBuilder MapDatasets(this IEndpointRouteBuilder routes)
    {
        var datasets = routes.MapGroup("/api/v1/datasets").WithTags("Datasets").Needs(Permission.Read);
        ListDatasetVersions.Map(datasets);
        GetDatasetVersion.Map(datasets);
        return routes;
    }
}
