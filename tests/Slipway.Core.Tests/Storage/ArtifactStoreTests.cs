using System.Runtime.Versioning;
using Slipway.Core.Errors;
using Slipway.Storage.Blobs;
using Slipway.Storage.Files;

namespace Slipway.Core.Tests.Storage;

public sealed class ArtifactStoreTests : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private OpenedStorage? _storage;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private IArtifactStore Artifacts => _storage!.Artifacts;

    public async ValueTask InitializeAsync()
    {
        _storage = await OpenedStorage.OpenAsync(_folder.Of("data"), Cancel);
        Write("model/model.txt", "trees");
        Write("model/side/categories.json", "{}");
        Write("model/side/again.json", "{}");
    }

    public async ValueTask DisposeAsync()
    {
        await _storage!.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_folder_is_kept_by_its_sorted_manifest()
    {
        var artifact = await PutAsync();

        Assert.Equal(["model.txt", "side/again.json", "side/categories.json"], artifact.Files.Select(f => f.Path));
        Assert.Equal(artifact.Files[1].Digest, artifact.Files[2].Digest);
        Assert.Equal(9, artifact.Size);
        Assert.Equal("c50cf0652da1a43e4706c1bf62d89b473a2a1f530c79c19282880afc48d2fba5", artifact.Digest);

        var read = await Artifacts.GetAsync(artifact.Digest, Cancel);
        Assert.Equal(artifact.Digest, read.Digest);
        Assert.Equal(artifact.Files, read.Files);
    }

    [Fact]
    public async Task The_same_files_have_the_same_digest_wherever_they_lie_and_other_names_another()
    {
        var digest = (await PutAsync()).Digest;
        Directory.Move(_folder.Of("model"), _folder.Of("elsewhere"));
        Assert.Equal(digest, (await Artifacts.PutFolderAsync(_folder.Of("elsewhere"), Cancel)).Digest);

        File.Move(_folder.Of("elsewhere", "model.txt"), _folder.Of("elsewhere", "model2.txt"));
        Assert.NotEqual(digest, (await Artifacts.PutFolderAsync(_folder.Of("elsewhere"), Cancel)).Digest);
    }

    [Fact]
    public async Task A_file_whose_size_and_time_are_as_before_and_whose_content_is_not_is_another_artifact()
    {
        var digest = (await PutAsync()).Digest;
        var written = File.GetLastWriteTimeUtc(_folder.Of("model", "model.txt"));
        Write("model/model.txt", "TREES");
        File.SetLastWriteTimeUtc(_folder.Of("model", "model.txt"), written);

        Assert.NotEqual(digest, (await PutAsync()).Digest);
    }

    [Fact]
    public async Task A_file_that_was_stored_and_has_not_changed_since_is_known()
    {
        // The oldest file at hand: one that was just written is never known, since a second change within a clock's step would leave no trace.
        var file = FileIdentity.Find(typeof(FactAttribute).Assembly.Location);
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux tells when a file was changed.");
        Assert.Null(FileIdentity.Find(_folder.Of("model", "model.txt")));

        var known = new KnownFiles();
        var blob = await _storage!.Blobs.PutAsync(new MemoryStream([1]), Cancel);
        Assert.Null(known.Find(file));
        known.Remember(file, blob);

        Assert.Equal(blob, known.Find(FileIdentity.Find(typeof(FactAttribute).Assembly.Location)));
        Assert.Null(known.Find(file!.Value with { Changed = file.Value.Changed + 1 }));
        Assert.Null(known.Find(null));
    }

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public async Task It_comes_back_as_a_read_only_folder_also_for_many_at_once()
    {
        var digest = (await PutAsync()).Digest;

        var folders = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => Artifacts.GetFolderAsync(digest, Cancel))));

        var folder = Assert.Single(folders.Distinct());
        Assert.Equal(_folder.Of("data", "artifacts", digest), folder);
        Assert.Equal("trees", await File.ReadAllTextAsync(Path.Combine(folder, "model.txt"), Cancel));
        Assert.Equal("{}", await File.ReadAllTextAsync(Path.Combine(folder, "side", "again.json"), Cancel));
        Assert.Equal(UnixFileMode.UserRead, File.GetUnixFileMode(Path.Combine(folder, "side", "again.json")));
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder.Of("data", "work")));
    }

    [Theory]
    [InlineData("changed")]
    [InlineData("missing")]
    [InlineData("added")]
    public async Task A_folder_that_is_not_right_any_more_is_built_again_at_the_next_start(string damage)
    {
        var digest = (await PutAsync()).Digest;
        var path = Path.Combine(await Artifacts.GetFolderAsync(digest, Cancel), "model.txt");
        switch (damage)
        {
            case "changed":
                // A new file in its place: the blob, which shares the old one, is well.
                File.Delete(path);
                await File.WriteAllTextAsync(path, "TREES", Cancel);
                break;
            case "missing":
                File.Delete(path);
                break;
            default:
                await File.WriteAllTextAsync(path + ".so", "not from the manifest", Cancel);
                break;
        }

        await _storage!.DisposeAsync();
        _storage = await OpenedStorage.OpenAsync(_folder.Of("data"), Cancel);
        var folder = await Artifacts.GetFolderAsync(digest, Cancel);

        Assert.Equal(3, Directory.GetFiles(folder, "*", SearchOption.AllDirectories).Length);
        Assert.Equal("trees", await File.ReadAllTextAsync(Path.Combine(folder, "model.txt"), Cancel));
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder.Of("data", "work")));
    }

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public async Task A_file_that_was_changed_behind_its_back_is_named_and_not_handed_out_though_its_size_and_time_are_as_before()
    {
        var artifact = await PutAsync();
        var path = Path.Combine(await Artifacts.GetFolderAsync(artifact.Digest, Cancel), "model.txt");
        var written = File.GetLastWriteTimeUtc(path);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        await File.WriteAllTextAsync(path, "TREES", Cancel);
        File.SetLastWriteTimeUtc(path, written);

        var refused = await Assert.ThrowsAsync<SlipwayException>(() => Artifacts.GetFolderAsync(artifact.Digest, Cancel));
        var damages = await Artifacts.VerifyAsync(artifact.Digest, Cancel);

        Assert.StartsWith("model.txt was changed since the artifact", refused.Message, StringComparison.Ordinal);
        Assert.Equal(["model.txt was changed"], damages.Select(damage => damage.ToString()));

        await PutAsync();
        Assert.Empty(await Artifacts.VerifyAsync(artifact.Digest, Cancel));
        Assert.Equal("trees", await File.ReadAllTextAsync(Path.Combine(await Artifacts.GetFolderAsync(artifact.Digest, Cancel), "model.txt"), Cancel));
    }

    [Fact]
    public async Task A_file_or_a_list_of_files_that_is_gone_is_named()
    {
        var artifact = await PutAsync();
        var side = artifact.Files[1].Digest;
        File.Delete(_folder.Of("data", "blobs", "sha256", side[..2], side[2..]));
        Assert.Equal(["side/again.json is missing", "side/categories.json is missing"], (await Artifacts.VerifyAsync(artifact.Digest, Cancel)).Select(damage => damage.ToString()));

        File.Delete(_folder.Of("data", "blobs", "sha256", artifact.Digest[..2], artifact.Digest[2..]));
        Assert.Equal(["the list of its files is missing"], (await Artifacts.VerifyAsync(artifact.Digest, Cancel)).Select(damage => damage.ToString()));
    }

    [Fact]
    public async Task What_is_not_there_or_is_no_manifest_is_not_found()
    {
        var blob = await _storage!.Blobs.PutAsync(new MemoryStream("slipway-artifact 1\nnonsense\n"u8.ToArray()), Cancel);

        foreach (var digest in new[] { blob.Digest, new string('0', 64) })
        {
            Assert.Equal(ErrorKind.NotFound, (await Assert.ThrowsAsync<SlipwayException>(() => Artifacts.GetAsync(digest, Cancel))).Kind);
            Assert.Equal(ErrorKind.NotFound, (await Assert.ThrowsAsync<SlipwayException>(() => Artifacts.GetFolderAsync(digest, Cancel))).Kind);
        }

        Assert.Equal(ErrorKind.InvalidInput, (await Assert.ThrowsAsync<SlipwayException>(() => Artifacts.GetFolderAsync("../../etc", Cancel))).Kind);
    }

    [Theory]
    [InlineData("../outside.txt")]
    [InlineData("/outside.txt")]
    [InlineData("a/../../outside.txt")]
    [InlineData("a//b")]
    [InlineData("./a")]
    [InlineData("a\\..\\b")]
    [InlineData("C:outside.txt")]
    [InlineData("%2e%2e/outside.txt")]
    [InlineData("a%2Fb")]
    public async Task A_manifest_with_a_path_that_leaves_the_folder_is_none(string path)
    {
        var content = await _storage!.Blobs.PutAsync(new MemoryStream("x"u8.ToArray()), Cancel);
        var manifest = System.Text.Encoding.UTF8.GetBytes($"slipway-artifact 1\n{content.Digest} 1 {path}\n");
        var digest = (await _storage.Blobs.PutAsync(new MemoryStream(manifest), Cancel)).Digest;

        var error = await Assert.ThrowsAsync<SlipwayException>(() => Artifacts.GetFolderAsync(digest, Cancel));

        Assert.Equal(ErrorKind.NotFound, error.Kind);
    }

    [Fact]
    public async Task A_link_inside_the_folder_is_its_content_and_one_that_leaves_is_refused()
    {
        File.CreateSymbolicLink(_folder.Of("model", "link.txt"), "model.txt");
        Assert.Contains((await PutAsync()).Files, f => f.Path == "link.txt" && f.Size == 5);

        Write("secret.txt", "secret");
        File.CreateSymbolicLink(_folder.Of("model", "leaves.txt"), "../secret.txt");
        Assert.Contains("leaves the folder", (await Assert.ThrowsAsync<SlipwayException>(PutAsync)).Message, StringComparison.Ordinal);

        File.Delete(_folder.Of("model", "leaves.txt"));
        File.CreateSymbolicLink(_folder.Of("model", "first.txt"), _folder.Of("model", "second.txt"));
        File.CreateSymbolicLink(_folder.Of("model", "second.txt"), _folder.Of("secret.txt"));
        Assert.Contains("leaves the folder", (await Assert.ThrowsAsync<SlipwayException>(PutAsync)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_link_to_a_folder_a_dangling_link_and_a_name_that_cannot_travel_are_refused()
    {
        Directory.CreateSymbolicLink(_folder.Of("model", "up"), "..");
        Assert.Contains("link to a folder", (await Assert.ThrowsAsync<SlipwayException>(PutAsync)).Message, StringComparison.Ordinal);
        Directory.Delete(_folder.Of("model", "up"));

        File.CreateSymbolicLink(_folder.Of("model", "nowhere"), "nothing");
        Assert.Contains("leaves the folder", (await Assert.ThrowsAsync<SlipwayException>(PutAsync)).Message, StringComparison.Ordinal);
        File.Delete(_folder.Of("model", "nowhere"));

        Write("model/two\nlines", "x");
        var error = await Assert.ThrowsAsync<SlipwayException>(PutAsync);
        Assert.StartsWith("The file name 'two?lines' cannot be part of an artifact", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_that_is_empty_or_missing_is_refused()
    {
        Directory.CreateDirectory(_folder.Of("empty"));

        Assert.Contains("holds no files", (await Assert.ThrowsAsync<SlipwayException>(() => Artifacts.PutFolderAsync(_folder.Of("empty"), Cancel))).Message, StringComparison.Ordinal);
        Assert.Contains("does not exist", (await Assert.ThrowsAsync<SlipwayException>(() => Artifacts.PutFolderAsync(_folder.Of("none"), Cancel))).Message, StringComparison.Ordinal);
    }

    private Task<Artifact> PutAsync() => Artifacts.PutFolderAsync(_folder.Of("model"), Cancel);

    private void Write(string path, string content)
    {
        var full = _folder.Of(path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllText(full, content);
    }
}
