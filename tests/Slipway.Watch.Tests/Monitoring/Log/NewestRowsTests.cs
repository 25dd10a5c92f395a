using Slipway.Core.Names;

namespace Slipway.Watch.Tests.Monitoring.Log;

/// <summary>The newest rows of a version are found whether they are in the open chunk or in Parquet, and no more is kept than is wanted.</summary>
public sealed class NewestRowsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(250_000)]
    [InlineData(4)]
    public async Task They_are_the_newest_of_their_version_alone_and_failed_calls_are_none(int chunkRows)
    {
        await using var host = await LogHost.StartAsync(_folder.Path, options: new() { ChunkRows = chunkRows });
        for (var i = 0; i < 12; i++)
        {
            var at = host.Time.GetUtcNow();
            new Call { ArrivedAt = at, Version = i % 2 == 0 ? "bike-demand@1.0.0" : "bike-demand@1.1.0", Failed = i == 10 }.Number("temp", i).Output("cnt", i).Record(host, $"call-{i}");
            await host.Log.DrainAsync(Cancel);
            host.Time.Advance(TimeSpan.FromMinutes(7));
        }

        var version = VersionReference.Parse("bike-demand@1.0.0");

        Assert.Equal(["call-4", "call-6", "call-8"], await IdsAsync(3));
        Assert.Equal(["call-0", "call-2", "call-4", "call-6", "call-8"], await IdsAsync(100));
        Assert.Empty(await host.Log.ReadNewestAsync("nobody", version, 10, Cancel));
        Assert.Empty(await host.Log.ReadNewestAsync("bikes", VersionReference.Parse("bike-demand@3.0.0"), 10, Cancel));

        async Task<IEnumerable<string>> IdsAsync(int most) => (await host.Log.ReadNewestAsync("bikes", version, most, Cancel)).SelectMany(batch => batch.Ids).Order(StringComparer.Ordinal);
    }
}
