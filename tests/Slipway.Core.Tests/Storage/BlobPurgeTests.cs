using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Slipway.Core.Errors;
using Slipway.Storage;
using Slipway.Storage.Blobs;
using Slipway.Tests;

namespace Slipway.Core.Tests.Storage;

/// <summary>Which blobs a purge takes, on a table whose text says what it names.</summary>
public sealed class BlobPurgeTests : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 5, 4, 12, 0, 0, TimeSpan.Zero));
    private ServiceProvider _services = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private IBlobStore Blobs => _services.GetRequiredService<IBlobStore>();

    private IArtifactStore Artifacts => _services.GetRequiredService<IArtifactStore>();

    private Database Database => _services.GetRequiredService<Database>();

    public ValueTask InitializeAsync() => OpenAsync(BlobUse.Blob);

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        _folder.Dispose();
    }

    [Theory]
    [InlineData(BlobUse.Blob, true)]
    [InlineData(BlobUse.Artifact, true)]
    [InlineData(BlobUse.Text, true)]
    [InlineData(BlobUse.None, false)]
    public async Task A_blob_stays_while_a_column_names_it(BlobUse use, bool stays)
    {
        await ReopenAsync(use);
        var digest = await PutAsync("needed");
        await Database.WriteAsync(use == BlobUse.Text ? $"{{\"artifact\":\"{digest}\"}}" : digest, Cancel);
        _time.Advance(TimeSpan.FromDays(1));

        var purged = await PurgeAsync();

        Assert.Equal(stays, await Blobs.ExistsAsync(digest, Cancel));
        Assert.Equal(stays ? (0, 0) : (1, 6), (purged.Count, purged.Bytes));
    }

    [Theory]
    [InlineData(BlobUse.Artifact)]
    [InlineData(BlobUse.Text)]
    public async Task An_artifact_that_is_named_keeps_its_files_and_one_that_is_not_goes_with_its_folder(BlobUse use)
    {
        await ReopenAsync(use);
        var (needed, spent) = (await PutFolderAsync("shared", "needed"), await PutFolderAsync("shared", "spent"));
        var (folder, spentFolder) = (await Artifacts.GetFolderAsync(needed.Digest, Cancel), await Artifacts.GetFolderAsync(spent.Digest, Cancel));
        await Database.WriteAsync(needed.Digest, Cancel);
        _time.Advance(TimeSpan.FromDays(1));

        var purged = await PurgeAsync();

        Assert.Equal(2, purged.Count);
        Assert.Equal("needed", await File.ReadAllTextAsync(Path.Combine(folder, "b.txt"), Cancel));
        Assert.False(Directory.Exists(spentFolder));
        Assert.Equal(ErrorKind.NotFound, (await Assert.ThrowsAsync<SlipwayException>(() => Artifacts.GetFolderAsync(spent.Digest, Cancel))).Kind);
        Assert.Equal("spent", await File.ReadAllTextAsync(Path.Combine(await Artifacts.GetFolderAsync((await PutFolderAsync("shared", "spent")).Digest, Cancel), "b.txt"), Cancel));
    }

    [Fact]
    public async Task A_manifest_that_is_damaged_ends_the_purge_since_nobody_knows_what_it_needs()
    {
        await ReopenAsync(BlobUse.Artifact);
        var artifact = await PutFolderAsync("one", "two");
        await Database.WriteAsync(artifact.Digest, Cancel);
        _time.Advance(TimeSpan.FromDays(1));
        var path = _folder.Of("data", "blobs", "sha256", artifact.Digest[..2], artifact.Digest[2..]);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        await File.AppendAllTextAsync(path, "x", Cancel);

        var error = await Assert.ThrowsAsync<SlipwayException>(PurgeAsync);

        Assert.Contains("damaged", error.Message, StringComparison.Ordinal);
        Assert.All(artifact.Files, file => Assert.True(File.Exists(_folder.Of("data", "blobs", "sha256", file.Digest[..2], file.Digest[2..]))));
    }

    [Fact]
    public async Task What_was_stored_stored_again_or_kept_within_the_hour_stays()
    {
        var (stored, again, kept, spent) = (await PutAsync("stored"), await PutAsync("again"), await PutAsync("kept"), await PutAsync("spent"));
        _time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(0, (await PurgeAsync()).Count);
        _time.Advance(TimeSpan.FromMilliseconds(1));
        await PutAsync("again");
        Assert.True(await Blobs.KeepAsync(kept, Cancel));

        var purged = await PurgeAsync();

        Assert.Equal(new PurgedBlobs(2, 11, 2, 9), purged);
        Assert.False(await Blobs.ExistsAsync(stored, Cancel));
        Assert.True(await Blobs.ExistsAsync(again, Cancel));
        Assert.True(await Blobs.ExistsAsync(kept, Cancel));
        Assert.False(await Blobs.KeepAsync(spent, Cancel));
    }

    [Fact]
    public async Task A_plan_counts_rows_that_are_about_to_go_and_deletes_nothing()
    {
        var (one, other) = (await PutAsync("one"), await PutAsync("other"));
        await Database.WriteAsync(one, Cancel);
        await Database.WriteAsync(other, Cancel);
        _time.Advance(TimeSpan.FromDays(1));

        var plan = await _services.GetRequiredService<IBlobPurge>().PlanAsync("notes", new Dictionary<string, long> { [one] = 1 }, Cancel);

        Assert.Equal(new PurgedBlobs(1, 3, 0, 0), plan);
        Assert.True(await Blobs.ExistsAsync(one, Cancel));
    }

    private async Task ReopenAsync(BlobUse use)
    {
        await _services.DisposeAsync();
        await OpenAsync(use);
    }

    private async ValueTask OpenAsync(BlobUse use)
    {
        var services = new ServiceCollection().AddSingleton<TimeProvider>(_time).AddSingleton(Notes.Part).AddSingleton(new BlobColumn("notes", "text", use));
        _services = services.AddTestStorage(_folder.Of("data")).BuildServiceProvider();
        await _services.OpenStorageAsync(Cancel);
    }

    private Task<PurgedBlobs> PurgeAsync() => _services.GetRequiredService<IBlobPurge>().DeleteAsync(Cancel);

    private async Task<string> PutAsync(string content) => (await Blobs.PutAsync(new MemoryStream(Encoding.UTF8.GetBytes(content)), Cancel)).Digest;

    private async Task<Artifact> PutFolderAsync(string a, string b)
    {
        var folder = Directory.CreateDirectory(_folder.Of($"model-{Guid.NewGuid():N}")).FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, "a.txt"), a, Cancel);
        await File.WriteAllTextAsync(Path.Combine(folder, "b.txt"), b, Cancel);
        return await Artifacts.PutFolderAsync(folder, Cancel);
    }
}
