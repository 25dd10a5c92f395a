using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Slipway.Access;
using Slipway.Mlflow;
using Slipway.Tracking.Artifacts;
using Slipway.Tracking.Artifacts.Endpoints;

namespace Slipway.Tracking.LoggedModels.Endpoints;

/// <summary>A logged model's files: what lies in a folder, and one of them.</summary>
internal static class LoggedModelArtifacts
{
    public static void Map(IEndpointRouteBuilder routes, LoggedModelReader reader, ArtifactTable table, ArtifactDownload download)
    {
        routes.MapMlflow("GET", $"{LoggedModelCalls.OneModel}/artifacts/directories", "ListLoggedModelArtifacts", Permission.Read, call => ListAsync(call, reader, table));
        routes.MapMlflowContent(
            ["GET", "HEAD"], $"{LoggedModelCalls.OneModel}/artifacts/files", "GetLoggedModelArtifact", Permission.Read, context => SendAsync(context, reader, download));
    }

    private static async Task ListAsync(MlflowCall call, LoggedModelReader reader, ArtifactTable table)
    {
        if (call.Fields.Text("page_token") is { Length: > 0 } token)
        {
            throw call.Fields.Invalid("page_token", token, "All files are answered at once, so there is no next page.");
        }

        var model = await reader.GetAsync(call.ModelId(), call.Cancellation);
        var root = RunArtifacts.FolderOf(model.ArtifactUri);
        var folder = ArtifactPath.Join(root, ArtifactPath.OfFolder(call.Fields.Text("artifact_directory_path")));
        await call.StreamAsync(json =>
        {
            json.WriteString("root_uri", model.ArtifactUri);
            return ListArtifacts.WriteAsync(call, json, table, folder, path => path[(root.Length + 1)..]);
        });
    }

    private static async Task SendAsync(HttpContext context, LoggedModelReader reader, ArtifactDownload download)
    {
        using var call = await context.ReadMlflowAsync();
        var path = ArtifactPath.OfFile(call.Fields.RequiredText("artifact_file_path"));
        var model = await reader.GetAsync(call.ModelId(), call.Cancellation);
        await download.SendAsync(context, ArtifactPath.Join(RunArtifacts.FolderOf(model.ArtifactUri), path));
    }
}
