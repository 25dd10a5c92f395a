using Dapper;
using Microsoft.AspNetCore.Http;
using Slipway.Mlflow;
using Slipway.Storage;

namespace Slipway.Tracking.Artifacts;

/// <inheritdoc/>
internal sealed class MlflowArtifacts(ArtifactDownload download, Database database) : IMlflowArtifacts
{
    public async Task<string?> FindLocationAsync(string uri, CancellationToken cancellationToken)
    {
        const string OfRun = "select artifact_uri from runs where run_id = @id";
        const string OfModel = "select artifact_uri from logged_models where model_id = @id";

        var (scheme, rest) = uri.IndexOf(":/", StringComparison.Ordinal) is > 0 and var end ? (uri[..end], uri[(end + 1)..].Trim('/')) : ("", "");
        var (sql, id, path) = (scheme, rest.Split('/', 2)) switch
        {
            ("runs", [var run, var below]) => (OfRun, run, $"/{below}"),
            ("models", [var model]) => (OfModel, model, ""),
            _ => ("", "", ""),
        };
        if (sql.Length == 0)
        {
            return null;
        }

        var root = await database.ReadAsync(connection => connection.QuerySingleOrDefaultAsync<string>(new CommandDefinition(sql, new { id }, cancellationToken: cancellationToken)), cancellationToken);
        return root is null ? null : root + path;
    }

    public Task SendAsync(HttpContext context, string folder, string path) =>
        download.SendAsync(context, ArtifactPath.Join(ArtifactPath.OfFolder(folder), ArtifactPath.OfFile(path)));
}
