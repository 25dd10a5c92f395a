using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Slipway.Core.Errors;
using Slipway.Serving;
using Slipway.Serving.Engine;
using Slipway.Serving.Routing;

namespace Slipway.Serve.Tests.Serving.Engine;

public sealed class ServeSettingsTests
{
    private readonly ProjectSettings _project = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_deployment_is_served_as_its_project_says_and_another_of_the_same_version_as_its_own_says()
    {
        await using var server = await StartAsync();
        _project["bikes"] = new ServeSettings { MaxBatch = 7 };
        var (first, _) = await server.DeployAsync("bikes", both: false, Cancel);
        await server.Deployments.DeployAsync("scooters", first, Core.Actor.Local, null, Cancel);

        Assert.Equal(7, Runner(server, "bikes").Settings.MaxBatch);
        Assert.Equal(ServeSettings.Default, Runner(server, "scooters").Settings);
        Assert.NotSame(Runner(server, "bikes"), Runner(server, "scooters"));
    }

    [Fact]
    public async Task Changes_of_every_setting_under_load_fail_no_request()
    {
        await using var server = await StartAsync();
        await server.DeployAsync("bikes", both: true, Cancel);
        using var stop = new CancellationTokenSource();
        using var answers = new SemaphoreSlim(0);
        var callers = Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Task.Run(() => CallAsync(server, answers, stop.Token), Cancel)));
        for (var i = 0; i < 60 && !callers.IsCompleted; i++)
        {
            _project["bikes"] = new ServeSettings { MaxBatch = 1 + (i % 5), Instances = 1 + (i % 3), Threads = i % 2, MaxDelay = TimeSpan.FromMilliseconds(i % 3) };
            await ChangedAsync(server, "bikes");

            // Threads and instances are the loader's too, so the model is another one than before.
            Assert.Equal(1 + (i % 5), Runner(server, "bikes").Settings.MaxBatch);
            await Task.WhenAny(answers.WaitAsync(Cancel), callers);
        }

        await stop.CancelAsync();
        await callers;
    }

    [Fact]
    public async Task A_full_queue_is_a_503_that_says_when_to_come_again()
    {
        await using var server = await StartAsync();
        _project["bikes"] = new ServeSettings { MaxDelay = TimeSpan.FromSeconds(1), MaxQueue = 0 };
        await server.DeployAsync("bikes", both: false, Cancel);

        using var response = await server.Client.PostAsync(new Uri("/v2/models/bikes/infer", UriKind.Relative), new StringContent(Requests.Summer), Cancel);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.Equal(TimeSpan.FromSeconds(1), response.Headers.RetryAfter!.Delta);
        Assert.Contains("bikes is busy", await response.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_request_whose_time_is_over_in_the_queue_is_a_504()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UnixEpoch.AddYears(42));
        await using var server = await StartAsync(time);
        _project["bikes"] = new ServeSettings { MaxDelay = TimeSpan.FromSeconds(1), Timeout = TimeSpan.FromMilliseconds(20) };
        await server.DeployAsync("bikes", both: false, Cancel);
        var answering = server.PostAsync("/v2/models/bikes/infer", Requests.Summer, Cancel);
        while (Runner(server, "bikes").Waiting == 0)
        {
            await Task.Yield();
        }

        time.Advance(TimeSpan.FromMilliseconds(20));

        var answer = await answering;
        Assert.Equal(HttpStatusCode.GatewayTimeout, answer.Status);
        Assert.Contains("within 20 ms", answer.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Settings_that_cannot_be_loaded_leave_everything_as_it_was()
    {
        await using var server = await StartAsync();
        await server.DeployAsync("bikes", both: false, Cancel);
        var before = Runner(server, "bikes");
        _project["bikes"] = new ServeSettings { Device = "cuda:0" };

        await Assert.ThrowsAsync<SlipwayException>(() => ChangedAsync(server, "bikes"));

        Assert.Same(before, Runner(server, "bikes"));
        Assert.Equal(ServingServer.First, (await server.PostAsync("/v2/models/bikes/infer", Requests.Summer, Cancel)).Prediction, 1e-12);
    }

    private Task<ServingServer> StartAsync(TimeProvider? time = null) => ServingServer.StartAsync(
        new ServingOptions(),
        services =>
        {
            services.AddSingleton<IServeSettings>(_project);
            if (time is not null)
            {
                services.AddSingleton(time);
            }
        },
        folder: null,
        Cancel);

    private static ModelRunner Runner(ServingServer server, string deployment) =>
        server.Services.GetRequiredService<VersionServer>().Get(deployment, null).Version.Loaded.Runner;

    private static Task ChangedAsync(ServingServer server, string deployment) =>
        server.Services.GetRequiredService<IServeSettingsFollower>().ChangedAsync(deployment, Cancel);

    private static async Task CallAsync(ServingServer server, SemaphoreSlim answers, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            var answer = await server.PostAsync("/v2/models/bikes/infer", Requests.Summer, Cancel);
            Assert.Equal(HttpStatusCode.OK, answer.Status);
            Assert.Equal(ServingServer.Second, answer.Prediction, 1e-12);
            answers.Release();
        }
    }

    /// <summary>What projects say, as a test sets it.</summary>
    private sealed class ProjectSettings : IServeSettings
    {
        private readonly System.Collections.Concurrent.ConcurrentDictionary<string, ServeSettings> _settings = new();

        public ServeSettings this[string deployment]
        {
            set => _settings[deployment] = value;
        }

        public Task<ServeSettings?> FindAsync(string deployment, CancellationToken cancellationToken) => Task.FromResult(_settings.GetValueOrDefault(deployment));
    }
}
