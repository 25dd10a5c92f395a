using Dapper;
using Microsoft.AspNetCore.Http;
using Slipway.Mlflow;
using Slipway.Storage;

namespace Slipway.Tracking.Artifacts;

/// <inheritdoc/>
internal sealed class MlflowArtifacts(ArtifactDownload download, Database database) : IMlflowArtifacts
{
    private const string Runs = "runs:/";

    public async Task<string?> FindLocationAsync(string uri, CancellationToken cancellationToken)
    {
        const string Sql = "select artifact_uri from runs where run_id = @run";

        if (!uri.StartsWith(Runs, StringComparison.Ordinal) || uri[Runs.Length..].Trim('/').Split('/', 2) is not [var run, var path])
        {
            return null;
        }

        var root = await database.ReadAsync(connection => connection.QuerySingleOrDefaultAsync<string>(Sql, new { run }), cancellationToken);
        return root is null ? null : $"{root}/{path}";
    }

    public Task SendAsync(HttpContext context, string folder, string path) =>
        download.SendAsync(context, ArtifactPath.Join(ArtifactPath.OfFolder(folder), ArtifactPath.OfFile(path)));
}
