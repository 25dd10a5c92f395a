using Dapper;
using Slipway.Core.Errors;
using Slipway.Storage;
using Slipway.Tracking.Experiments;
using Slipway.Tracking.Runs;

namespace Slipway.Tracking.Artifacts;

/// <summary>Where a run's artifacts lie.</summary>
internal sealed class RunArtifacts(Database database)
{
    /// <summary>The run's address for artifacts, and the folder that it names here.</summary>
    public async Task<(string Uri, string Folder)> GetAsync(string runId, CancellationToken cancellationToken)
    {
        const string Sql = "select artifact_uri from runs where run_id = @runId";

        var uri = await database.ReadAsync(connection => connection.QuerySingleOrDefaultAsync<string>(Sql, new { runId }), cancellationToken) ?? throw Run.NotFound(runId);
        return (uri, FolderOf(uri));
    }

    /// <summary>The folder that an address for artifacts names here.</summary>
    public static string FolderOf(string uri) => uri.StartsWith(ArtifactLocation.Scheme, StringComparison.Ordinal)
        ? ArtifactPath.OfFolder(uri[ArtifactLocation.Scheme.Length..].TrimStart('/'))
        : throw new SlipwayException(ErrorKind.InvalidInput, $"The artifacts lie at {uri}, which this server does not read. Use a client that does.");
}
