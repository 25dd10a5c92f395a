using Slipway.Core.Errors;

namespace Slipway.Core.Tests.Storage;

public sealed class FullDiskTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_blob_that_does_not_fit_says_so_and_leaves_nothing()
    {
        using var disk = new SmallDisk("size=4m");
        await using var storage = await OpenedStorage.OpenAsync(Path.Combine(disk.Path, "data"), Cancel);

        var error = await Assert.ThrowsAsync<SlipwayException>(() => storage.Blobs.PutAsync(new MemoryStream(new byte[8_000_000]), Cancel));

        Assert.Equal(ErrorKind.Unavailable, error.Kind);
        Assert.Contains("is full", error.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(disk.Path, "data", "work")));
        Assert.DoesNotContain(Directory.EnumerateFiles(Path.Combine(disk.Path, "data"), "*", SearchOption.AllDirectories), f => f.Contains("sha256", StringComparison.Ordinal));

        // What fits is still taken.
        await storage.Blobs.PutAsync(new MemoryStream(new byte[1000]), Cancel);
    }

    [Fact]
    public async Task An_artifact_that_does_not_fit_as_a_folder_says_so_and_leaves_nothing()
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllBytesAsync(folder.Of("model.txt"), new byte[3_000_000], Cancel);
        using var disk = new SmallDisk("size=4m");

        await using var storage = await OpenedStorage.OpenAsync(Path.Combine(disk.Path, "data"), Cancel);
        await storage.Artifacts.PutFolderAsync(folder.Path, Cancel);
        var error = await Assert.ThrowsAsync<SlipwayException>(async () =>
        {
            await File.WriteAllBytesAsync(folder.Of("second.txt"), [.. Enumerable.Repeat((byte)1, 3_000_000)], Cancel);
            await storage.Artifacts.PutFolderAsync(folder.Path, Cancel);
        });

        Assert.Equal(ErrorKind.Unavailable, error.Kind);
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(disk.Path, "data", "work")));
    }

    [Fact]
    public async Task A_database_that_cannot_grow_says_so_keeps_what_it_acknowledged_and_goes_on_when_there_is_room()
    {
        using var disk = new SmallDisk("size=4m");
        var data = Path.Combine(disk.Path, "data");
        var ballast = Path.Combine(disk.Path, "ballast");
        await File.WriteAllBytesAsync(ballast, new byte[1_500_000], Cancel);
        var acknowledged = new List<string>();

        await using (var storage = await OpenedStorage.OpenAsync(data, Cancel, Notes.Part))
        {
            var error = await Assert.ThrowsAsync<SlipwayException>(async () =>
            {
                while (true)
                {
                    var text = $"{acknowledged.Count} {new string('x', 20_000)}";
                    await storage.Database.WriteAsync(text, Cancel);
                    acknowledged.Add(text);
                }
            });

            Assert.Equal(ErrorKind.Unavailable, error.Kind);
            Assert.Contains("is full", error.Message, StringComparison.Ordinal);
            Assert.NotEmpty(acknowledged);

            File.Delete(ballast);
            await storage.Database.WriteAsync("there is room again", Cancel);
            acknowledged.Add("there is room again");
        }

        await using var reopened = await OpenedStorage.OpenAsync(data, Cancel, Notes.Part);
        var events = await reopened.Events.ReadAsync(0, 10_000, Cancel);
        Assert.Equal(acknowledged.Select(text => $"note/{text}"), events.Select(e => e.Subject));
    }

    [Fact]
    public async Task A_disk_that_is_full_from_the_start_is_one_sentence()
    {
        using var disk = new SmallDisk("size=16k");

        var error = await Assert.ThrowsAsync<SlipwayException>(() => OpenedStorage.OpenAsync(Path.Combine(disk.Path, "data"), Cancel));

        Assert.Equal(ErrorKind.Unavailable, error.Kind);
        Assert.Contains("is full", error.Message, StringComparison.Ordinal);
    }
}
