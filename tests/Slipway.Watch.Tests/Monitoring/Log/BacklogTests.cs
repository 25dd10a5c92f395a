using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Slipway.Monitoring.Log;

namespace Slipway.Watch.Tests.Monitoring.Log;

/// <summary>What a machine has no time to convert does not fill the disk, and a fault ends nothing.</summary>
public sealed class BacklogTests : IDisposable
{
    private static readonly string Large = new('x', 600_000);

    private readonly TemporaryFolder _folder = new();
    private readonly Lines _lines = new();
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_full_backlog_drops_the_newest_counts_them_and_takes_rows_again_when_it_is_converted()
    {
        await using var host = await StartAsync();
        host.Consumer.Saves = false;
        await RecordAsync(host, "a", "b", "c", "d");
        Assert.Equal(["a", "b"], host.Consumer.Ids);
        Assert.Equal(new PredictionLogFigures(2, 2, 0), host.Log.Figures);

        host.Consumer.Saves = true;
        await host.ConvertAsync();
        await RecordAsync(host, "e");

        Assert.Equal(["a", "b", "e"], host.Consumer.Ids);
        Assert.Equal(new PredictionLogFigures(3, 2, 0), host.Log.Figures);
    }

    [Fact]
    public async Task It_complains_once_a_minute()
    {
        await using var host = await StartAsync();
        host.Consumer.Saves = false;
        await RecordAsync(host, "a", "b", "c", "d");
        Assert.StartsWith("The prediction log's backlog of 1 MB is full (monitoring.log.backlogMegabytes)", Assert.Single(_lines.Errors), StringComparison.Ordinal);

        _time.Advance(TimeSpan.FromMinutes(1));
        await RecordAsync(host, "e", "f");
        Assert.Equal(2, _lines.Errors.Count);
    }

    [Fact]
    public async Task What_a_process_left_counts_in_the_next()
    {
        var killed = await StartAsync();
        killed.Consumer.Saves = false;
        await RecordAsync(killed, "a", "b");
        killed.Abandon();

        await using var host = await StartAsync();
        host.Consumer.Saves = false;
        await RecordAsync(host, "c");

        Assert.Equal(["a", "b"], host.Consumer.Ids);
        Assert.Equal(1, host.Log.Figures.Dropped);
    }

    [Fact]
    public async Task A_fault_loses_what_was_just_taken_and_the_log_goes_on()
    {
        await using var host = LogHost.Unstarted(_folder.Path, time: _time, logger: _lines);
        Call.Tabular().Record(host, "before");
        var faulty = Call.Tabular(version: "bike-demand@2.0.0");
        faulty.Fields.SetStickyKeys(new FaultyList());
        faulty.Record(host, "faulty");
        var waiting = host.Log.DrainAsync(Cancel);
        await host.Log.StartAsync(Cancel);

        await Assert.ThrowsAsync<InvalidDataException>(() => waiting);
        Assert.StartsWith("The prediction log failed in its work and goes on", Assert.Single(_lines.Errors), StringComparison.Ordinal);
        Assert.Equal(new PredictionLogFigures(0, 2, 0), host.Log.Figures);

        await RecordAsync(host, "after");
        Assert.Equal(["after"], host.Consumer.Ids);
        Assert.Equal(new PredictionLogFigures(1, 2, 0), host.Log.Figures);
    }

    private Task<LogHost> StartAsync() => LogHost.StartAsync(_folder.Path, time: _time, options: new() { ChunkRows = 1, BacklogMegabytes = 1 }, logger: _lines);

    private static async Task RecordAsync(LogHost host, params string[] ids)
    {
        foreach (var id in ids)
        {
            Call.Tabular(city: Large).Record(host, id);

            // The second begins when the turn of the first has ended its chunk.
            await host.Log.DrainAsync(Cancel);
            await host.Log.DrainAsync(Cancel);
        }
    }

    // A list that nothing but a mistake of the program makes.
    private sealed class FaultyList : IReadOnlyList<string>
    {
        public int Count => 1;

        public string this[int index] => throw new InvalidDataException("Nobody expected this.");

        public IEnumerator<string> GetEnumerator() => Enumerable.Empty<string>().GetEnumerator();

        System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => GetEnumerator();
    }

    private sealed class Lines : ILogger<PredictionLog>
    {
        private readonly List<string> _errors = [];

        public IReadOnlyList<string> Errors
        {
            get
            {
                lock (_errors)
                {
                    return [.. _errors];
                }
            }
        }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (logLevel >= LogLevel.Error)
            {
                lock (_errors)
                {
                    _errors.Add(formatter(state, exception));
                }
            }
        }
    }
}
