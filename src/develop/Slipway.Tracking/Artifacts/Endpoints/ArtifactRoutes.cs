using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Slipway.Access;
using Slipway.Mlflow;
using Slipway.Storage;

namespace Slipway.Tracking.Artifacts.Endpoints;

/// <summary>Upload, download and deletion by path.</summary>
internal static class ArtifactRoutes
{
    private const string Path = "2.0/mlflow-artifacts/artifacts/{**path}";

    public static void Map(IEndpointRouteBuilder routes, ArtifactUpload upload, ArtifactDownload download, ArtifactTable table, Database database)
    {
        routes.MapMlflowContent(["GET", "HEAD"], Path, "DownloadArtifact", Permission.Read, context => download.SendAsync(context, PathOf(context)));
        routes.MapMlflowContent(["PUT"], Path, "UploadArtifact", Permission.Develop, async context =>
        {
            await upload.StoreAsync(context, PathOf(context));
            await context.AnswerNothingAsync();
        });
        routes.MapMlflowContent(["DELETE"], Path, "DeleteArtifact", Permission.Develop, context => DeleteAsync(context, table, database));
    }

    /// <summary>The file that the address names.</summary>
    public static string PathOf(HttpContext context) => ArtifactPath.OfFile(context.Request.RouteValues["path"] as string);

    /// <summary>Answers <c>{}</c>.</summary>
    public static Task AnswerNothingAsync(this HttpContext context)
    {
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync("{}", context.RequestAborted);
    }

    private static async Task DeleteAsync(HttpContext context, ArtifactTable table, Database database)
    {
        var path = PathOf(context);
        context.SetAuditTarget(path);
        await database.WriteAsync(
            async transaction =>
            {
                await context.AuditAsync(transaction);
                return await table.DeleteAsync(transaction, path);
            },
            context.RequestAborted);
        await context.AnswerNothingAsync();
    }
}
