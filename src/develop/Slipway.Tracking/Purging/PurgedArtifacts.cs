using Slipway.Mlflow;
using Slipway.Storage;
using Slipway.Tracking.Artifacts;
using Slipway.Tracking.Experiments;

namespace Slipway.Tracking.Purging;

/// <summary>Finds and deletes the paths in a folder of artifacts, a thousand at a time, without those that somebody needs all the same.</summary>
internal sealed class PurgedArtifacts(IEnumerable<NeededArtifacts> needed)
{
    private const int Together = 1000;

    // Another experiment may have been told to keep its files inside this folder.
    private const string OtherExperiments = "select artifact_location as Path from experiments where id <> @experiment and artifact_location >= @uri and artifact_location < @uriEnd";

    private readonly string[] _needed =
    [
        OtherExperiments,
        .. needed.Distinct().Select(n => $"select {n.Column} as Path from {n.Table} where {n.Column} >= @uri and {n.Column} < @uriEnd"),
    ];

    /// <summary>The folder that an address of artifacts names.</summary>
    public static string FolderOf(string uri) => ArtifactPath.OfFolder(uri[ArtifactLocation.Scheme.Length..].TrimStart('/'));

    /// <summary>The next paths after <paramref name="after"/>, those that go apart from those that stay. Fewer than asked for are the last.</summary>
    public async Task<FolderPart> ReadAsync(Func<string, object, Task<IReadOnlyList<Row>>> query, string folder, long experiment, string after)
    {
        const string Sql = "select path as Path, digest as Digest, size as Size from artifacts where path > @after and path >= @from and path < @to order by path limit @Together";

        var uri = $"{ArtifactLocation.Scheme}/{folder}";
        var held = new List<string>();
        foreach (var sql in _needed)
        {
            held.AddRange((await query(sql, new { experiment, uri, uriEnd = $"{uri}0" })).Select(row => FolderOf(row.Path)));
        }

        var rows = await query(Sql, new { after, from = $"{folder}/", to = $"{folder}0", Together });
        var parts = rows.ToLookup(row => held.Exists(h => row.Path == h || row.Path.StartsWith(h + '/', StringComparison.Ordinal)));
        return new FolderPart([.. parts[false]], [.. parts[true].Select(row => row.Path)], rows.Count < Together ? null : rows[^1].Path);
    }

    /// <summary>Reads and deletes them in one transaction: whoever needs one of them says so before or finds it gone.</summary>
    public async Task<FolderPart> DeleteAsync(WriteTransaction transaction, string folder, long experiment, string after)
    {
        var part = await ReadAsync(transaction.QueryAsync<Row>, folder, experiment, after);
        if (part.Paths.Count > 0)
        {
            var paths = new SqlParameters();
            await transaction.ExecuteAsync($"delete from artifacts where path in {paths.AddList(part.Paths.Select(row => row.Path))}", paths.Values);
        }

        return part;
    }

    /// <summary>A part of a folder.</summary>
    /// <param name="Paths">What goes.</param>
    /// <param name="Kept">What stays.</param>
    /// <param name="Next">Where the next part begins; null when there is none.</param>
    internal sealed record FolderPart(IReadOnlyList<Row> Paths, IReadOnlyList<string> Kept, string? Next)
    {
        public long Bytes => Paths.Sum(row => row.Size);
    }

    internal sealed class Row
    {
        public string Path { get; init; } = "";

        public string Digest { get; init; } = "";

        public long Size { get; init; }
    }
}
