using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Slipway.Access;
using Slipway.Core;
using Slipway.Monitoring;
using Slipway.Monitoring.Log;
using Slipway.Monitoring.Log.Rules;
using Slipway.Monitoring.Migrations;
using Slipway.Monitoring.Outcomes;
using Slipway.Monitoring.Watching;
using Slipway.Registry;
using Slipway.Rollouts;
using Slipway.Rollouts.Releases;
using Slipway.Storage;
using Slipway.Tests;

namespace Slipway.Watch.Tests.Monitoring.Outcomes;

/// <summary>Outcomes and evidence over HTTP on real SQLite. The log is in memory, what is deployed and rolled out is stated by the test. Can be killed and started again on the same folder.</summary>
internal sealed class WatchHost : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly string _folder;

    private WatchHost(WebApplication app, string folder, MemoryLog log, StatedReleases releases, FakeTimeProvider time)
    {
        _app = app;
        _folder = folder;
        Log = log;
        Releases = releases;
        Time = time;
        Http = app.GetTestClient();
    }

    public HttpClient Http { get; }

    public MemoryLog Log { get; }

    public StatedReleases Releases { get; }

    public FakeTimeProvider Time { get; }

    public RecordingWatcher Watcher => Get<RecordingWatcher>();

    public EventClock Clock => Get<EventClock>();

    public IRolloutEvidence Evidence => Get<IRolloutEvidence>();

    public static async Task<WatchHost> StartAsync(CancellationToken cancellationToken, OutcomesOptions? options = null, WatchHost? after = null)
    {
        var folder = after?._folder ?? Directory.CreateTempSubdirectory("slipway-outcomes-").FullName;
        var time = after?.Time ?? new FakeTimeProvider(new DateTimeOffset(2026, 5, 4, 12, 0, 0, TimeSpan.Zero));
        var releases = after?.Releases ?? new StatedReleases();
        var log = new MemoryLog(after?.Log);
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseTestServer();
        builder.Logging.ClearProviders();
        builder.Services
            .ConfigureHttpJsonOptions(json => SlipwayJson.Configure(json.SerializerOptions))
            .AddSingleton<TimeProvider>(time)
            .AddTestStorage(folder)
            .AddAccess(new AccessOptions())
            .AddRegistry()
            .AddSingleton<IDeployments>(releases)
            .AddSingleton<IRollouts>(releases)
            .AddSingleton<IMonitoredProjects>(releases)
            .AddSingleton<IPredictionLog>(log)
            .AddSingleton(new MonitoringOptions())
            .AddSingleton<RecordingRules>()
            .AddSingleton(new SchemaPart(typeof(Observatory).Assembly, M2026120306_Traffic.Number))
            .AddSingleton<RecordingWatcher>()
            .AddSingleton<IWatcher>(provider => provider.GetRequiredService<RecordingWatcher>())
            .AddOutcomes(options ?? new OutcomesOptions());

        var app = builder.Build();
        app.UseAccess();
        app.MapGroup("/api/v1/deployments").MapOutcomes();
        await app.Services.OpenStorageAsync(cancellationToken);
        await app.StartAsync(cancellationToken);
        await app.Services.GetRequiredService<RecordingRules>().FollowAsync(cancellationToken);
        log.Drive(app.Services.GetRequiredService<IPredictionConsumer>());
        await log.RecoverAsync(cancellationToken);
        return new WatchHost(app, folder, log, releases, time);
    }

    public T Get<T>()
        where T : notnull => _app.Services.GetRequiredService<T>();

    /// <summary>Ends the process as it stands, whatever it has not saved, and starts another on the same data.</summary>
    public async Task<WatchHost> KillAsync(CancellationToken cancellationToken, OutcomesOptions? options = null)
    {
        await StopAsync();
        return await StartAsync(cancellationToken, options, after: this);
    }

    /// <summary>Sends outcomes to the deployment <c>bikes</c> and lets all settle.</summary>
    public Task<JsonElement> SendAsync(string json, CancellationToken cancellationToken) => PostAsync("outcomes?settle=true", json, HttpStatusCode.OK, cancellationToken);

    public async Task<JsonElement> PostAsync(string path, string body, HttpStatusCode expected, CancellationToken cancellationToken, string type = "application/json", string deployment = "bikes")
    {
        using var content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
        content.Headers.ContentType = MediaTypeHeaderValue.Parse(type);
        using var response = await Http.PostAsync(new Uri($"/api/v1/deployments/{deployment}/{path}", UriKind.Relative), content, cancellationToken);
        var text = await response.Content.ReadAsStringAsync(cancellationToken);
        Assert.True(response.StatusCode == expected, $"{response.StatusCode}: {text}");
        return text.Length == 0 ? default : JsonElement.Parse(text);
    }

    public async Task<JsonElement> GetAsync(string path, CancellationToken cancellationToken) =>
        JsonElement.Parse(await Http.GetStringAsync(new Uri($"/api/v1/deployments/bikes/{path}", UriKind.Relative), cancellationToken));

    /// <summary>The figures of <c>bikes</c>.</summary>
    public async Task<OutcomeFigures> FiguresAsync(CancellationToken cancellationToken) => (await Get<IOutcomes>().FindAsync("bikes", cancellationToken)).Figures;

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task StopAsync()
    {
        Http.Dispose();
        await _app.StopAsync(CancellationToken.None);
        await _app.DisposeAsync();
    }
}
