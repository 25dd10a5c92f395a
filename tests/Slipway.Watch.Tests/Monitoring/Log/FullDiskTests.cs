namespace Slipway.Watch.Tests.Monitoring.Log;

public sealed class FullDiskTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_a_full_disk_refuses_is_counted_and_the_log_goes_on_when_there_is_room_again()
    {
        using var disk = new SmallDisk("size=1m");
        var ballast = Path.Combine(disk.Path, "ballast");
        await using var host = await LogHost.StartAsync(disk.Path, options: new() { ChunkRows = 1_000_000 });
        Call.Tabular().Record(host, "first");
        await host.Log.DrainAsync(Cancel);
        Assert.Throws<IOException>(() => Fill(ballast));

        var refused = 0;
        for (var i = 0; host.Log.Figures.Dropped == 0; i++, refused++)
        {
            Assert.True(i < 1000, "The disk took everything.");
            Call.Tabular(city: new string('x', 200)).Record(host, $"full{i}");
            await host.Log.DrainAsync(Cancel);
        }

        await host.Log.PostAsync("note", Cancel);
        await host.Log.DrainAsync(Cancel);
        Assert.Equal("note", host.Consumer.Taken[^1]);
        File.Delete(ballast);
        Call.Tabular().Record(host, "last");
        await host.Log.DrainAsync(Cancel);

        Assert.Equal("last", host.Consumer.Ids.Last());
        Assert.Equal(1, host.Log.Figures.Dropped);
        Assert.Equal(refused + 1, host.Log.Figures.Recorded);

        // What was handed over is what the chunk holds.
        host.Abandon();
        await using var next = await LogHost.StartAsync(disk.Path);
        await next.Log.DrainAsync(Cancel);
        Assert.Equal(host.Consumer.Ids, next.Consumer.Ids);
        Assert.Equal(0, next.Log.Figures.TornBatches);
        host.Log.Dispose();
    }

    private static void Fill(string path)
    {
        using var file = File.Create(path, bufferSize: 0);
        for (var i = 0; i < 10_000; i++)
        {
            file.Write(new byte[4096]);
        }
    }
}
