using System.Text.Json;
using Microsoft.AspNetCore.Routing;
using Slipway.Access;
using Slipway.Mlflow;

namespace Slipway.Tracking.Artifacts.Endpoints;

/// <summary>What lies in a folder: by its path among all artifacts, or by a run and its path there.</summary>
internal static class ListArtifacts
{
    private const int Flushed = 1000;

    public static void Map(IEndpointRouteBuilder routes, ArtifactTable table, RunArtifacts runs)
    {
        routes.MapMlflow("GET", "2.0/mlflow-artifacts/artifacts", "ListArtifacts", Permission.Read, call => ListAsync(call, table));
        routes.MapMlflow("GET", "2.0/mlflow/artifacts/list", "ListRunArtifacts", Permission.Read, call => ListOfRunAsync(call, table, runs));
    }

    // The proxy names what lies in the folder by its last part, since the client puts the folder before it.
    private static Task ListAsync(MlflowCall call, ArtifactTable table)
    {
        var folder = ArtifactPath.OfFolder(call.Fields.Text("path"));
        return call.StreamAsync(json => WriteAsync(call, json, table, folder, ArtifactPath.NameOf));
    }

    private static async Task ListOfRunAsync(MlflowCall call, ArtifactTable table, RunArtifacts runs)
    {
        var id = call.Fields.Text("run_id") ?? call.Fields.Text("run_uuid") ?? throw call.Fields.Missing("run_id");
        var (uri, root) = await runs.GetAsync(id, call.Cancellation);
        var folder = ArtifactPath.Join(root, ArtifactPath.OfFolder(call.Fields.Text("path")));
        await call.StreamAsync(json =>
        {
            json.WriteString("root_uri", uri);
            return WriteAsync(call, json, table, folder, path => root.Length == 0 ? path : path[(root.Length + 1)..]);
        });
    }

    /// <summary>Writes the list <c>files</c> of a folder, each named by <paramref name="name"/>.</summary>
    public static async Task WriteAsync(MlflowCall call, Utf8JsonWriter json, ArtifactTable table, string folder, Func<string, string> name)
    {
        var written = 0;
        await foreach (var entry in table.ListAsync(folder, call.Cancellation))
        {
            // An empty list is absent in MLflow's answers.
            if (written++ == 0)
            {
                json.WriteStartArray("files");
            }

            json.WriteStartObject();
            json.WriteString("path", name(entry.Path));
            json.WriteBoolean("is_dir", entry.Size is null);
            if (entry.Size is { } size)
            {
                json.WriteNumber("file_size", size);
            }

            json.WriteEndObject();
            if (written % Flushed == 0)
            {
                await call.FlushAsync(json);
            }
        }

        if (written > 0)
        {
            json.WriteEndArray();
        }
    }
}
