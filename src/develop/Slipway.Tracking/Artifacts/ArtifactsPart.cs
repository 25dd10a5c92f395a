using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Mlflow;
using Slipway.Storage;
using Slipway.Storage.Blobs;
using Slipway.Tracking.Artifacts.Endpoints;
using Slipway.Tracking.Migrations;

namespace Slipway.Tracking.Artifacts;

/// <summary>The proxy for artifacts: files by path, kept as blobs.</summary>
internal static class ArtifactsPart
{
    public static IServiceCollection AddArtifacts(this IServiceCollection services) => services
        .AddSingleton(new SchemaPart(typeof(ArtifactsPart).Assembly, M2026113005_Artifacts.Number))
        .AddSingleton<KeptFolders>()
        .AddSingleton<IMlflowArtifacts, MlflowArtifacts>()
        .AddSingleton(new BlobColumn(ArtifactTable.Name, "digest", BlobUse.Blob))
        .AddSingleton<ArtifactTable>()
        .AddSingleton<ArtifactDownload>()
        .AddSingleton<ArtifactUpload>()
        .AddSingleton<MultipartUploads>()
        .AddSingleton<RunArtifacts>();

    public static void MapArtifacts(this IEndpointRouteBuilder routes)
    {
        var services = routes.ServiceProvider;
        var upload = services.GetRequiredService<ArtifactUpload>();
        var download = services.GetRequiredService<ArtifactDownload>();
        var runs = services.GetRequiredService<RunArtifacts>();
        ArtifactRoutes.Map(routes, upload, download, services.GetRequiredService<ArtifactTable>(), services.GetRequiredService<Database>());
        ListArtifacts.Map(routes, services.GetRequiredService<ArtifactTable>(), runs);
        MultipartRoutes.Map(routes, services.GetRequiredService<MultipartUploads>(), upload, services.GetRequiredService<IBlobStore>());
        GetRunArtifact.Map(routes, download, runs);
    }
}
