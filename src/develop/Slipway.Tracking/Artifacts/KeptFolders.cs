using Slipway.Core.Errors;
using Slipway.Core.Text;
using Slipway.Mlflow;

namespace Slipway.Tracking.Artifacts;

/// <summary>The folders whose content another module keeps. They are read like any other, and nobody writes to them here.</summary>
internal sealed class KeptFolders(IEnumerable<IArtifactFolder> folders)
{
    private readonly Dictionary<string, IArtifactFolder> _folders = folders.ToDictionary(folder => folder.Name);

    /// <summary>True when the path lies in such a folder.</summary>
    public bool Has(string path) => FolderOf(path) is not null;

    /// <summary>Refuses to store or delete there.</summary>
    public void DemandOurs(string path)
    {
        if (FolderOf(path) is { } folder)
        {
            throw new SlipwayException(ErrorKind.InvalidInput, $"Invalid artifact path '{Excerpt.Of(path, 120)}': {folder.Name} holds the registry's own files, which never change. Use another folder.");
        }
    }

    public async Task<StoredArtifact?> FindAsync(string path, CancellationToken cancellationToken) =>
        await ArtifactOfAsync(path, cancellationToken) is { } kept
        && kept.Artifact.Files.FirstOrDefault(file => ArtifactPath.Join(kept.Path, file.Path) == path) is { } found
            ? new StoredArtifact(path, found.Digest, found.Size, kept.StoredAt.ToUnixTimeMilliseconds())
            : null;

    /// <summary>What lies in a folder, each folder in it once.</summary>
    public async Task<IReadOnlyList<ArtifactEntry>> ListAsync(string folder, CancellationToken cancellationToken)
    {
        if (await ArtifactOfAsync(folder, cancellationToken) is not { } kept)
        {
            return [];
        }

        var entries = new List<ArtifactEntry>();
        foreach (var (path, size) in kept.Artifact.Files.Select(file => (ArtifactPath.Join(kept.Path, file.Path), file.Size)).Where(file => file.Item1.StartsWith($"{folder}/", StringComparison.Ordinal)))
        {
            var slash = path.IndexOf('/', folder.Length + 1);
            entries.Add(slash < 0 ? new ArtifactEntry(path, size) : new ArtifactEntry(path[..slash], null));
        }

        return [.. entries.Distinct()];
    }

    private Task<KeptArtifact?> ArtifactOfAsync(string path, CancellationToken cancellationToken) => FolderOf(path)?.FindAsync(path, cancellationToken) ?? Task.FromResult<KeptArtifact?>(null);

    private IArtifactFolder? FolderOf(string path) => _folders.GetValueOrDefault(path.Split('/', 2)[0]);
}
