using System.Diagnostics;

namespace Slipway.Core.Tests.Storage;

/// <summary>Measures, on demand: <c>Slipway.Core.Tests -explicit only -class Slipway.Core.Tests.Storage.WriteRate</c>. It asserts no time, since a machine may be busy.</summary>
public sealed class WriteRate(ITestOutputHelper output)
{
    private const int Seconds = 3;

    [Theory(Explicit = true)]
    [InlineData(1)]
    [InlineData(16)]
    [InlineData(64)]
    public async Task Small_writes_a_second(int callers)
    {
        var folder = Path.GetFullPath($"write-rate-{Guid.NewGuid():N}");
        await using (var storage = await OpenedStorage.OpenAsync(folder, TestContext.Current.CancellationToken, Notes.Part))
        {
            var watch = Stopwatch.StartNew();
            var before = Environment.CpuUsage.TotalTime;
            var counts = await Task.WhenAll(Enumerable.Range(0, callers).Select(caller => Task.Run(async () =>
            {
                var count = 0;
                while (watch.Elapsed.TotalSeconds < Seconds)
                {
                    var text = $"{caller}/{count++}";
                    await storage.Database.WriteAsync(t => t.ExecuteAsync("insert into notes (text) values (@text)", new { text }), CancellationToken.None);
                }

                return count;
            })));
            var cpu = Environment.CpuUsage.TotalTime - before;
            output.WriteLine($"{callers} callers: {counts.Sum() / watch.Elapsed.TotalSeconds:N0} writes/s, {cpu.TotalMicroseconds / counts.Sum():N0} µs of CPU a write");
        }

        Directory.Delete(folder, recursive: true);
    }
}
