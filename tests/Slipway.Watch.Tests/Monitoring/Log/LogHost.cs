using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Slipway.Datasets;
using Slipway.Datasets.Duck;
using Slipway.Monitoring;
using Slipway.Monitoring.Log;
using Slipway.Monitoring.Log.Rules;
using Slipway.Storage;
using Slipway.Tests;

namespace Slipway.Watch.Tests.Monitoring.Log;

/// <summary>A prediction log on a folder. Disposing it stops it as a server does; <see cref="Abandon"/> leaves everything as a kill does.</summary>
internal sealed class LogHost : IAsyncDisposable
{
    private readonly ServiceProvider _services;
    private bool _abandoned;

    private LogHost(string folder, RecordingConsumer consumer, FakeTimeProvider time, PredictionLogOptions? options, IMonitoredProjects? projects, ILogger<PredictionLog> logger)
    {
        Consumer = consumer;
        Time = time;
        _services = new ServiceCollection()
            .AddMetrics()
            .AddSingleton<TimeProvider>(time)
            .AddTestStorage(folder)
            .AddDatasets(new DatasetsOptions())
            .BuildServiceProvider();
        Data = folder;
        var settings = new MonitoringOptions { Log = options ?? new PredictionLogOptions() }.Check();
        Rules = new RecordingRules(settings, NullLogger<RecordingRules>.Instance, projects);
        Log = new PredictionLog(
            settings,
            Rules,
            _services.GetRequiredService<DataFolder>(),
            consumer,
            _services.GetRequiredService<DuckEngine>(),
            time,
            _services.GetRequiredService<System.Diagnostics.Metrics.IMeterFactory>(),
            logger);
    }

    public PredictionLog Log { get; }

    public RecordingRules Rules { get; }

    public RecordingConsumer Consumer { get; }

    public FakeTimeProvider Time { get; }

    public string Data { get; }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>A log that was not started: what is recorded stays in its queue.</summary>
    public static LogHost Unstarted(
        string folder, RecordingConsumer? consumer = null, FakeTimeProvider? time = null, PredictionLogOptions? options = null, IMonitoredProjects? projects = null, ILogger<PredictionLog>? logger = null)
    {
        time ??= new FakeTimeProvider(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));
        return new LogHost(folder, consumer ?? new RecordingConsumer(), time, options, projects, logger ?? NullLogger<PredictionLog>.Instance);
    }

    public static async Task<LogHost> StartAsync(
        string folder, RecordingConsumer? consumer = null, FakeTimeProvider? time = null, PredictionLogOptions? options = null, IMonitoredProjects? projects = null, ILogger<PredictionLog>? logger = null)
    {
        var host = Unstarted(folder, consumer, time, options, projects, logger);
        await host.Log.StartAsync(Cancel);
        return host;
    }

    public string[] Files(string deployment, string pattern)
    {
        var folder = Path.Combine(Data, "predictions", deployment);
        return Directory.Exists(folder) ? [.. Directory.EnumerateFiles(folder, pattern, SearchOption.AllDirectories).Order(StringComparer.Ordinal)] : [];
    }

    /// <summary>Drains, and waits until what is finished is Parquet.</summary>
    public async Task ConvertAsync()
    {
        // The second drain begins when the turn of the first has passed on what was finished.
        await Log.DrainAsync(Cancel);
        await Log.DrainAsync(Cancel);
        await Log.ConvertedAsync();
    }

    public void Abandon() => _abandoned = true;

    public async ValueTask DisposeAsync()
    {
        if (!_abandoned)
        {
            await Log.StopAsync(CancellationToken.None);
            Log.Dispose();
            await _services.DisposeAsync();
        }
    }
}
