using System.Net;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Slipway.Access;
using Slipway.Access.Outbound;
using Slipway.Core;
using Slipway.Core.Names;
using Slipway.Core.Projects;
using Slipway.Monitoring;
using Slipway.Monitoring.Alerts;
using Slipway.Monitoring.Migrations;
using Slipway.Monitoring.Notify;
using Slipway.Registry.Integrity;
using Slipway.Storage;
using Slipway.Storage.Events;
using Slipway.Tests;

namespace Slipway.Watch.Tests.Monitoring.Notify;

public sealed class WebhookNotifierTests : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("slipway-notify-").FullName;
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 25, 8, 0, 0, TimeSpan.Zero));
    private readonly Channel<(string Path, string Id, JsonObject Body)> _calls = Channel.CreateUnbounded<(string, string, JsonObject)>();
    private WebApplication _target = null!;
    private ServiceProvider _services = null!;
    private WebhookNotifier? _notifier;
    private volatile int _status = StatusCodes.Status200OK;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        builder.Logging.ClearProviders();
        _target = builder.Build();
        _target.Run(async context =>
        {
            var body = (JsonObject)(await JsonNode.ParseAsync(context.Request.Body))!;
            context.Response.StatusCode = context.Request.Path == "/down" ? StatusCodes.Status503ServiceUnavailable : _status;
            await _calls.Writer.WriteAsync((context.Request.Path, context.Request.Headers["Slipway-Delivery"].ToString(), body));
        });
        await _target.StartAsync(Cancel);
        await OpenAsync("127.0.0.0/8");
    }

    [Fact]
    public async Task An_alert_is_told_with_its_sentence_and_its_end_after_it()
    {
        await StartAsync("/x");

        await AppendAsync(Fired("a1"));
        await AppendAsync(Resolved("a1"));

        var (_, _, fired) = await _calls.Reader.ReadAsync(Cancel);
        var (_, _, resolved) = await _calls.Reader.ReadAsync(Cancel);
        Assert.Equal(("alert.fired", "temp drifted", "bikes"), ((string)fired["event"]!, (string)fired["sentence"]!, (string)fired["deployment"]!));
        Assert.Equal("alert.resolved", (string)resolved["event"]!);
        Assert.False(fired.ContainsKey("actor"));
    }

    [Fact]
    public async Task A_changed_artifact_of_the_projects_model_is_told_and_another_models_is_not()
    {
        await StartAsync("/x");

        await AppendAsync(Damaged("other@1.0.0"));
        await AppendAsync(Damaged("bike-demand@1.0.0"));

        var (_, _, body) = await _calls.Reader.ReadAsync(Cancel);
        Assert.Equal(("artifact.damaged", "bike-demand@1.0.0", "model.txt was changed"), ((string)body["event"]!, (string)body["version"]!, (string)body["sentence"]!));
    }

    [Fact]
    public async Task A_webhook_that_is_down_is_tried_again_in_order_and_holds_up_no_other()
    {
        await StartAsync("/x", "/down");

        await AppendAsync(Fired("a1"));
        await AppendAsync(Fired("a2"));

        // The healthy one hears of both; the other is asked about the first again and again, and not about the second before that.
        var heard = new List<(string Path, string Id)>();
        while (heard.Count(c => c.Path == "/x") < 2 || heard.Count(c => c.Path == "/down") < 3)
        {
            heard.Add(await NextAsync());
        }

        Assert.Single(heard.Where(c => c.Path == "/down").Select(c => c.Id).Distinct());
        Assert.Equal(2, heard.Where(c => c.Path == "/x").Select(c => c.Id).Distinct().Count());
    }

    [Fact]
    public async Task After_a_day_it_is_given_up_with_an_event_that_names_only_the_host()
    {
        await StartAsync("/down?token=t0k3n");
        await AppendAsync(Fired("a1"));

        var log = _services.GetRequiredService<IEventLog>();
        StoredEvent? givenUp = null;
        while (givenUp is null)
        {
            _time.Advance(TimeSpan.FromMinutes(1));
            givenUp = (await log.ReadAsync(0, 100, Cancel)).FirstOrDefault(e => e.Type == nameof(WebhookGivenUp));
        }

        Assert.Contains("127.0.0.1 answered with 503.", givenUp.Data, StringComparison.Ordinal);
        Assert.DoesNotContain("t0k3n", givenUp.Data, StringComparison.Ordinal);
        Assert.Empty(await _services.GetRequiredService<WebhookStore>().ListAsync(10, Cancel));
    }

    [Fact]
    public async Task What_was_not_told_before_a_stop_is_told_after_the_next_start_and_once()
    {
        _status = StatusCodes.Status503ServiceUnavailable;
        await StartAsync("/x");
        await AppendAsync(Fired("a1"));
        var first = (await _calls.Reader.ReadAsync(Cancel)).Id;
        await StopAsync();

        _status = StatusCodes.Status200OK;
        await OpenAsync("127.0.0.0/8");
        await StartAsync("/x");
        var second = (await NextAsync()).Id;
        await AppendAsync(Fired("a2"));
        var third = (await NextAsync()).Id;

        Assert.Equal(first, second);
        Assert.NotEqual(second, third);
    }

    [Fact]
    public async Task An_address_that_may_not_be_called_is_given_up_at_once()
    {
        await StopAsync();
        await OpenAsync("10.0.0.0/8");
        await StartAsync("/x");

        await AppendAsync(Fired("a1"));

        var log = _services.GetRequiredService<IEventLog>();
        await log.WaitAsync(1, Cancel);
        Assert.Contains("outbound.allow", Assert.Single(await log.ReadAsync(1, 10, Cancel)).Data, StringComparison.Ordinal);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await _target.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private static AlertFired Fired(string id) => new(id, "bikes", "drift", "temp", "", "bike-demand@1.0.0", DateTimeOffset.UnixEpoch, "temp drifted", new JsonObject { ["psi"] = 0.4 }, Actor.Policy);

    private static AlertResolved Resolved(string id) => new(id, "bikes", "drift", "temp", "", "bike-demand@1.0.0", DateTimeOffset.UnixEpoch, "temp is back", [], Actor.Policy);

    private static ArtifactDamaged Damaged(string version) => new(VersionReference.Parse(version), new string('a', 64), ["model.txt was changed"], "model.txt was changed", Actor.Policy);

    private async Task OpenAsync(string allowed)
    {
        _services = new ServiceCollection()
            .AddLogging()
            .AddSingleton<TimeProvider>(_time)
            .AddTestStorage(Path.Combine(_folder, "data"))
            .AddAccess(new AccessOptions { OutboundAllow = [allowed] })
            .AddSingleton(new SchemaPart(typeof(IMonitoring).Assembly, M2026120306_Traffic.Number))
            .AddSingleton<WebhookStore>()
            .BuildServiceProvider();
        await _services.OpenStorageAsync(Cancel);
    }

    private async Task StartAsync(params string[] paths)
    {
        _notifier = new WebhookNotifier(
            _services.GetRequiredService<IEventLog>(),
            _services.GetRequiredService<WebhookStore>(),
            new Projects([.. paths.Select(path => $"webhook:{new Uri(new Uri(_target.Urls.First()), path)}")]),
            _services.GetRequiredService<IOutbound>(),
            _time,
            _services.GetRequiredService<ILogger<WebhookNotifier>>());
        await _notifier.StartAsync(Cancel);
    }

    private async Task StopAsync()
    {
        if (_notifier is not null)
        {
            await _notifier.StopAsync(CancellationToken.None);
            _notifier.Dispose();
            _notifier = null;
        }

        await _services.DisposeAsync();
    }

    private Task<long> AppendAsync(IEvent happened) => _services.GetRequiredService<Database>().WriteAsync(transaction => transaction.AppendAsync(happened), Cancel);

    // Lets time pass until somebody is called, a second for each question to the database, so that it does not run away from the notifier.
    private async Task<(string Path, string Id)> NextAsync()
    {
        (string, string, JsonObject) call;
        while (!_calls.Reader.TryRead(out call))
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            await _services.GetRequiredService<WebhookStore>().ListAsync(1, Cancel);
        }

        return (call.Item1, call.Item2);
    }

    private sealed class Projects(IReadOnlyList<string> notify) : IMonitoredProjects
    {
        public Task<ProjectConfig?> FindAsync(string deployment, CancellationToken cancellationToken) =>
            Task.FromResult<ProjectConfig?>(Of(deployment));

        public Task<IReadOnlyList<ProjectConfig>> ListAsync(CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<ProjectConfig>>([Of("bike-demand")]);

        private ProjectConfig Of(string model) => new() { Model = model, Monitor = new MonitorSection { Notify = notify } };
    }
}
