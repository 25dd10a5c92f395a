using System.Runtime.Versioning;
using Slipway.Storage.Blobs;

namespace Slipway.Core.Tests.Storage;

public sealed class DiskBlobStoreTests : BlobStoreCompliance
{
    private readonly TemporaryFolder _folder = new();
    private OpenedStorage? _storage;

    protected override IBlobStore Blobs => _storage!.Blobs;

    public override async ValueTask InitializeAsync() => _storage = await OpenedStorage.OpenAsync(_folder.Of("data"), Cancel);

    public override async ValueTask DisposeAsync()
    {
        await _storage!.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public async Task A_blob_lies_under_its_digest_and_can_be_read_by_its_owner_only()
    {
        var digest = (await Blobs.PutAsync(new MemoryStream([1, 2, 3]), Cancel)).Digest;
        var path = await Blobs.GetFileAsync(digest, Cancel);

        Assert.Equal(_folder.Of("data", "blobs", "sha256", digest[..2], digest[2..]), path);
        Assert.Equal(UnixFileMode.UserRead, File.GetUnixFileMode(path));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(Path.GetDirectoryName(path)!));
    }

    [Fact]
    public async Task Damage_that_happened_while_slipway_was_down_is_noticed()
    {
        var digest = (await Blobs.PutAsync(new MemoryStream(new byte[5000]), Cancel)).Digest;
        await _storage!.DisposeAsync();
        await DamageAsync(digest);
        await InitializeAsync();

        var error = await Assert.ThrowsAsync<Slipway.Core.Errors.SlipwayException>(() => Blobs.GetFileAsync(digest, Cancel));

        Assert.Contains(digest, error.Message, StringComparison.Ordinal);
    }

    protected override Task DamageAsync(string digest)
    {
        var path = _folder.Of("data", "blobs", "sha256", digest[..2], digest[2..]);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        var content = File.ReadAllBytes(path);
        content[^1] ^= 1;
        return File.WriteAllBytesAsync(path, content, Cancel);
    }

    protected override Task AssertNothingHalfWrittenAsync()
    {
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder.Of("data", "work")));
        return Task.CompletedTask;
    }
}
