namespace Slipway.Watch.Tests.Monitoring.Log;

public sealed class EventTimeTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_row_without_a_time_happened_when_it_arrived()
    {
        await using var host = await LogHost.StartAsync(_folder.Path);

        Call.Tabular().Record(host, "a");

        Assert.Equal([Call.Arrival], await TimesAsync(host));
    }

    [Fact]
    public async Task One_time_counts_for_all_rows_and_several_for_one_each()
    {
        await using var host = await LogHost.StartAsync(_folder.Path);

        new Call { Rows = 2 }.Number("temp", 1, 2).At("2026-03-01T10:00:00Z").Record(host, "a");
        new Call { Rows = 2 }.Number("temp", 1, 2).At("2026-03-01T10:00:00Z", "2026-03-01T11:00:00Z").Record(host, "b");

        Assert.Equal([At(10), At(10), At(10), At(11)], await TimesAsync(host));
        Assert.Equal(["a/0", "a/1", "b/0", "b/1"], host.Consumer.Ids);
    }

    [Fact]
    public async Task In_a_replay_a_row_without_a_time_happens_at_the_newest_time_stated_so_far()
    {
        await using var host = await LogHost.StartAsync(_folder.Path);

        Call.Tabular().At("2012-05-03T15:00:00Z").Record(host, "a");
        Call.Tabular().At("2012-05-03T14:00:00Z").Record(host, "b");
        Call.Tabular().Record(host, "c");

        Assert.Equal(new DateTimeOffset(2012, 5, 3, 15, 0, 0, TimeSpan.Zero), (await TimesAsync(host))[^1]);
    }

    [Fact]
    public async Task Callers_that_buffer_for_hours_are_no_replay()
    {
        await using var host = await LogHost.StartAsync(_folder.Path);

        Call.Tabular().At("2026-02-28T13:00:00Z").Record(host, "a");
        Call.Tabular().Record(host, "b");

        Assert.Equal(Call.Arrival, (await TimesAsync(host))[^1]);
    }

    [Fact]
    public async Task A_time_of_the_future_counts_as_the_arrival_and_does_not_end_a_replay()
    {
        await using var host = await LogHost.StartAsync(_folder.Path);

        Call.Tabular().At("2026-03-01T12:05:00Z").Record(host, "a");
        Call.Tabular().At("2026-03-01T12:05:01Z").Record(host, "b");

        Assert.Equal([Call.Arrival.AddMinutes(5), Call.Arrival], await TimesAsync(host));
        Assert.Equal(1, host.Log.FutureTimes);
    }

    [Fact]
    public async Task Deployments_replay_on_their_own()
    {
        await using var host = await LogHost.StartAsync(_folder.Path);

        Call.Tabular(deployment: "past").At("2012-05-03T15:00:00Z").Record(host, "a");
        Call.Tabular(deployment: "live").Record(host, "b");

        Assert.Equal(Call.Arrival, (await TimesAsync(host))[^1]);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_replay_is_still_one_after_a_restart(bool isParquet)
    {
        await using (var before = await LogHost.StartAsync(_folder.Path, options: new() { ChunkRows = isParquet ? 1 : 1000 }))
        {
            Call.Tabular().At("2012-05-03T15:00:00Z").Record(before, "a");
            await before.ConvertAsync();
            Assert.Equal(isParquet ? 0 : 1, before.Files("bikes", "*.arrows").Length);
        }

        await using var host = await LogHost.StartAsync(_folder.Path);
        Call.Tabular().Record(host, "b");

        Assert.Equal(new DateTimeOffset(2012, 5, 3, 15, 0, 0, TimeSpan.Zero), (await TimesAsync(host))[^1]);
    }

    private static DateTimeOffset At(int hour) => new(2026, 3, 1, hour, 0, 0, TimeSpan.Zero);

    private static async Task<DateTimeOffset[]> TimesAsync(LogHost host)
    {
        await host.Log.DrainAsync(Cancel);
        return [.. host.Consumer.Batches.SelectMany(b => b.EventTimes).Select(ticks => new DateTimeOffset(ticks, TimeSpan.Zero))];
    }
}
