using System.Collections.Concurrent;
using Slipway.Core.Errors;
using Slipway.Core.Files;
using Slipway.Storage.Files;

namespace Slipway.Storage.Blobs;

/// <summary>
/// Artifacts over the blob store: the manifest is a blob like the files it lists. <c>artifacts/&lt;digest&gt;</c> holds those that somebody needed as a folder; it is a cache
/// that is built from the blobs again when it is missing or not right.
/// </summary>
internal sealed class ArtifactStore(DataFolder folder, IBlobStore blobs) : IArtifactStore
{
    private readonly string _root = folder.Of("artifacts");
    private readonly ConcurrentDictionary<string, Lazy<Task<string>>> _folders = new();
    private readonly KnownFiles _known = new();

    public async Task<Artifact> PutFolderAsync(string folder, CancellationToken cancellationToken)
    {
        var files = new List<ArtifactFile>();
        foreach (var (path, source) in FolderContent.List(folder))
        {
            var blob = await PutFileAsync(source, cancellationToken);
            files.Add(new ArtifactFile(path, blob.Digest, blob.Size));
        }

        using var manifest = new MemoryStream(ArtifactManifest.Write(files));
        var digest = (await blobs.PutAsync(manifest, cancellationToken)).Digest;

        // A large folder takes its time, and a purge leaves alone only what was stored within the last hour: at the end all of it was.
        return await KeepAsync(digest, cancellationToken);
    }

    public async Task<Artifact> KeepAsync(string digest, CancellationToken cancellationToken)
    {
        var artifact = await GetAsync(digest, cancellationToken);
        foreach (var needed in artifact.Files.Select(file => file.Digest).Prepend(digest))
        {
            if (!await blobs.KeepAsync(needed, cancellationToken))
            {
                throw new SlipwayException(ErrorKind.NotFound, $"The artifact {digest} lacks its blob {needed}. Store its folder again.");
            }
        }

        return artifact;
    }

    public async Task<Artifact> GetAsync(string digest, CancellationToken cancellationToken)
    {
        if (!await blobs.ExistsAsync(digest, cancellationToken))
        {
            throw NotFound(digest);
        }

        await using var content = await blobs.OpenAsync(digest, cancellationToken);
        using var manifest = new MemoryStream();
        var buffer = new byte[64 * 1024];
        while (await content.ReadAsync(buffer, cancellationToken) is > 0 and var read)
        {
            if (manifest.Length + read > ArtifactManifest.MostBytes)
            {
                throw NotFound(digest);
            }

            manifest.Write(buffer.AsSpan(0, read));
        }

        return ArtifactManifest.TryRead(manifest.GetBuffer().AsSpan(0, (int)manifest.Length)) is { } files ? new Artifact(digest, files) : throw NotFound(digest);
    }

    public async Task<IReadOnlyList<ArtifactDamage>> VerifyAsync(string digest, CancellationToken cancellationToken)
    {
        if (await blobs.VerifyAsync(digest, cancellationToken) is not BlobCondition.Intact and var condition)
        {
            return [new ArtifactDamage(null, condition)];
        }

        var damages = new List<ArtifactDamage>();
        foreach (var file in (await GetAsync(digest, cancellationToken)).Files)
        {
            if (await blobs.VerifyAsync(file.Digest, cancellationToken) is not BlobCondition.Intact and var found)
            {
                damages.Add(new ArtifactDamage(file.Path, found));
            }
        }

        return damages;
    }

    public async Task<string> GetFolderAsync(string digest, CancellationToken cancellationToken)
    {
        Digest.Check(digest);

        // Callers of the same artifact share one verification, so none of them may cancel it for the others; each stops waiting by itself.
        var shared = _folders.GetOrAdd(digest, d => new Lazy<Task<string>>(() => ShareAsync(d)));
        return await shared.Value.WaitAsync(cancellationToken);
    }

    /// <summary>Deletes the folders of artifacts whose manifests a purge has deleted: they are further names of the same files, which take their space until the last name is gone.</summary>
    internal async Task RemoveAbandonedAsync(CancellationToken cancellationToken)
    {
        if (!Directory.Exists(_root))
        {
            return;
        }

        foreach (var path in Directory.EnumerateDirectories(_root))
        {
            var digest = Path.GetFileName(path);
            if (Digest.IsValid(digest) && !await blobs.ExistsAsync(digest, cancellationToken))
            {
                DiskErrors.Guard(path, () =>
                {
                    var aside = folder.NewWorkPath("artifact-purged");
                    Directory.Move(path, aside);
                    PrivateFiles.Delete(new DirectoryInfo(aside));
                });
            }
        }
    }

    // What is stored already, and was read here before, is neither read nor written again: the same artifact of gigabytes is registered at once.
    private async Task<Blob> PutFileAsync(string path, CancellationToken cancellationToken)
    {
        var file = FileIdentity.Find(path);
        if (_known.Find(file) is { } known && await blobs.KeepAsync(known.Digest, cancellationToken))
        {
            return known;
        }

        await using var content = DiskBlobStore.OpenForReading(path);
        var blob = await blobs.PutAsync(content, cancellationToken);
        if (FileIdentity.Find(path) == file)
        {
            _known.Remember(file, blob);
        }

        return blob;
    }

    private static SlipwayException NotFound(string digest) => new(ErrorKind.NotFound, $"There is no artifact {digest}.");

    // Forgotten by the reading itself, not by its callers, who may all have left: nobody is handed what was right some time ago.
    private async Task<string> ShareAsync(string digest)
    {
        try
        {
            return await MaterialiseAsync(digest);
        }
        finally
        {
            _folders.TryRemove(digest, out _);
        }
    }

    private async Task<string> MaterialiseAsync(string digest)
    {
        var artifact = await GetAsync(digest, CancellationToken.None);
        var path = Path.Combine(_root, digest);
        if (await IsIntactAsync(artifact, path))
        {
            return path;
        }

        using var aside = folder.CreateWorkFolder("artifact");
        foreach (var file in artifact.Files)
        {
            // The folder's file is a second name of the blob: where the one was changed, the other was too, and what was known of it does not count.
            if (await blobs.VerifyAsync(file.Digest, CancellationToken.None) is not BlobCondition.Intact and var condition)
            {
                throw new SlipwayException(
                    ErrorKind.Failed,
                    $"{new ArtifactDamage(file.Path, condition)} since the artifact {digest} was stored, so it is not used. Restore the data folder from a backup, or store the same files again.");
            }

            var source = await blobs.GetFileAsync(file.Digest, CancellationToken.None);
            DiskErrors.Guard(path, () => Place(source, aside.Path, file.Path));
        }

        DiskErrors.Guard(path, () =>
        {
            folder.CreateFolder("artifacts");
            if (Directory.Exists(path))
            {
                // Out of the way under another name first: whoever looks sees the old folder, none, or the new one, never half of one.
                var replaced = folder.NewWorkPath("artifact-replaced");
                Directory.Move(path, replaced);
                PrivateFiles.Delete(new DirectoryInfo(replaced));
            }

            Directory.Move(aside.Path, path);
        });

        return path;
    }

    private static void Place(string source, string root, string path)
    {
        for (var slash = path.IndexOf('/', StringComparison.Ordinal); slash > 0; slash = path.IndexOf('/', slash + 1))
        {
            PrivateFiles.CreateFolder(Path.Combine(root, path[..slash]));
        }

        var target = SafePath.Resolve(root, path, "path of an artifact's file");

        // A second name costs no space and shares the blob's read-only mode; where the file system has none, a copy does.
        if (OperatingSystem.IsWindows() || !Posix.TryHardLink(source, target))
        {
            File.Copy(source, target);
            PrivateFiles.MakeReadOnly(target);
        }
    }

    private static async Task<bool> IsIntactAsync(Artifact artifact, string path)
    {
        if (!Directory.Exists(path) || Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories).Count() != artifact.Files.Count)
        {
            return false;
        }

        foreach (var file in artifact.Files)
        {
            var info = new FileInfo(Path.Combine(path, file.Path));
            if (!info.Exists || info.LinkTarget is not null || info.Length != file.Size || await Digest.OfFileAsync(info.FullName, CancellationToken.None) != file.Digest)
            {
                return false;
            }
        }

        return true;
    }
}
