using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Core;
using Slipway.Core.Errors;
using Slipway.Core.Names;
using Slipway.Registry;
using Slipway.Registry.Integrity;
using Slipway.Rollouts;
using Slipway.Serving.Routing;
using Slipway.Storage;
using Slipway.Storage.Blobs;
using Slipway.Storage.Events;

namespace Slipway.Serve.Tests.Serving;

public sealed class VersionSwitchTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_hundred_switches_under_load_fail_no_request_and_every_answer_is_one_of_the_two_versions()
    {
        await using var server = await ServingServer.StartAsync(Cancel);
        var (first, second) = await server.DeployAsync("bikes", both: false, Cancel);
        using var stop = new CancellationTokenSource();
        using var answers = new SemaphoreSlim(0);

        const int Callers = 8;
        var callers = Task.WhenAll(Enumerable.Range(0, Callers).Select(_ => Task.Run(() => CallAsync(server, first, second, answers, stop.Token), Cancel)));
        for (var i = 0; i < 100; i++)
        {
            await server.Deployments.DeployAsync("bikes", i % 2 == 0 ? second : first, Actor.Local, null, Cancel);

            // Each caller has one request under way, so one answer more than callers is to a request that began after the switch.
            for (var seen = answers.CurrentCount; answers.CurrentCount <= seen + Callers && !callers.IsCompleted;)
            {
                await Task.WhenAny(server.PostAsync("/v2/models/bikes/infer", Requests.Summer, Cancel), callers);
            }
        }

        await stop.CancelAsync();
        var counts = await callers;

        Assert.True(counts.Sum(c => c.First) > 0, "No request was answered by the first version.");
        Assert.True(counts.Sum(c => c.Second) > 0, "No request was answered by the second version.");
    }

    [Fact]
    public async Task After_a_deployment_or_a_rollback_returns_every_answer_is_the_new_versions()
    {
        await using var server = await ServingServer.StartAsync(Cancel);
        var (first, second) = await server.DeployAsync("bikes", both: true, Cancel);
        for (var i = 0; i < 20; i++)
        {
            await server.Deployments.RollbackAsync("bikes", Actor.Local, null, Cancel);
            var expected = i % 2 == 0 ? (ServingServer.First, first) : (ServingServer.Second, second);

            var answer = await server.PostAsync("/v2/models/bikes/infer", Requests.Summer, Cancel);

            Assert.Equal(expected.Item1, answer.Prediction, 1e-12);
            Assert.Equal(expected.Item2.Version.ToString(), answer.Json.GetProperty("model_version").GetString());
        }
    }

    [Fact]
    public async Task A_version_whose_file_was_changed_on_disk_is_refused_by_name_and_what_is_live_answers_on()
    {
        await using var server = await ServingServer.StartAsync(Cancel);
        var (_, second) = await server.DeployAsync("bikes", both: false, Cancel);
        var version = await server.Services.GetRequiredService<IModelRegistry>().GetAsync(second, Cancel);
        var file = (await server.Services.GetRequiredService<IArtifactStore>().GetAsync(version.ArtifactDigest, Cancel)).Files[0];
        var path = server.Services.GetRequiredService<DataFolder>().Of("blobs", "sha256", file.Digest[..2], file.Digest[2..]);
        File.SetAttributes(path, FileAttributes.Normal);
        await File.AppendAllTextAsync(path, "\n", Cancel);

        var error = await Assert.ThrowsAsync<SlipwayException>(() => server.Deployments.DeployAsync("bikes", second, Actor.Local, null, Cancel));
        var answer = await server.PostAsync("/v2/models/bikes/infer", Requests.Summer, Cancel);
        var events = await server.Services.GetRequiredService<IEventLog>().ReadSubjectAsync($"model/{second}", 10, Cancel);

        Assert.Contains($"{second} is not what was registered: {file.Path} was changed. It is not loaded", error.Message, StringComparison.Ordinal);
        Assert.Equal(ServingServer.First, answer.Prediction, 1e-12);
        Assert.Equal(nameof(ArtifactDamaged), events[^1].Type);
    }

    [Fact]
    public async Task A_version_that_no_deployment_names_any_more_is_let_go_when_its_last_request_has_left()
    {
        await using var server = await ServingServer.StartAsync(Cancel);
        var (first, second) = await server.DeployAsync("bikes", both: true, Cancel);
        var versions = server.Services.GetRequiredService<VersionServer>();
        var gone = versions.Get("bikes", first.Version.ToString()).Version.Loaded.Model;
        Assert.True(gone.TryLease(out var running));

        // The second time, the first version is neither stable nor what a rollback returns to.
        var third = await server.AddVersionAsync("other-model", "first", Cancel);
        await server.Deployments.DeployAsync("bikes", third, Actor.Local, null, Cancel);

        Assert.True(gone.TryLease(out var late), "It was disposed while a request was running.");
        late.Dispose();
        running.Dispose();
        Assert.False(gone.TryLease(out _), "It stayed in memory.");
        Assert.NotNull(versions.Get("bikes", second.Version.ToString()).Version);
    }

    [Fact]
    public async Task A_version_that_two_deployments_name_stays_while_one_of_them_does()
    {
        await using var server = await ServingServer.StartAsync(Cancel);
        var (first, second) = await server.DeployAsync("bikes", both: false, Cancel);
        await server.Deployments.DeployAsync("scooters", first, Actor.Local, null, Cancel);
        await server.Deployments.DeployAsync("bikes", second, Actor.Local, null, Cancel);
        var third = await server.AddVersionAsync("other-model", "first", Cancel);
        await server.Deployments.DeployAsync("bikes", third, Actor.Local, null, Cancel);

        Assert.Equal(ServingServer.First, (await server.PostAsync("/v2/models/scooters/infer", Requests.Summer, Cancel)).Prediction, 1e-12);
    }

    [Fact]
    public async Task What_was_prepared_can_still_be_switched_to_after_preparing_more_has_failed()
    {
        await using var server = await ServingServer.StartAsync(Cancel);
        var (first, second) = await server.DeployAsync("bikes", both: false, Cancel);
        var versions = server.Services.GetRequiredService<IVersionServer>();
        var before = (await server.Deployments.FindAsync("bikes", Cancel))!;
        var artifact = (await server.Services.GetRequiredService<Slipway.Registry.IModelRegistry>().GetAsync(second, Cancel)).ArtifactDigest;
        var stable = before with { Stable = new DeployedVersion(second, artifact), Previous = null };
        var lost = new DeployedVersion(new VersionReference("lost", SemanticVersion.First), new string('0', 64));

        await versions.PrepareAsync(stable, Cancel);
        await Assert.ThrowsAnyAsync<Exception>(() => versions.PrepareAsync(stable with { Previous = lost }, Cancel));
        versions.Activate(stable);

        Assert.Equal(ServingServer.Second, (await server.PostAsync("/v2/models/bikes/infer", Requests.Summer, Cancel)).Prediction, 1e-12);
        Assert.Equal(first, before.Stable.Reference);
    }

    [Fact]
    public async Task A_new_process_answers_with_what_was_deployed()
    {
        var server = await ServingServer.StartAsync(Cancel);
        await server.DeployAsync("bikes", both: true, Cancel);
        var folder = await server.StopAsync();

        await using var again = await ServingServer.StartAsync(new Slipway.Serving.ServingOptions(), null, folder, Cancel);

        Assert.Equal(HttpStatusCode.OK, (await again.GetAsync("/v2/health/ready", Cancel)).Status);
        Assert.Equal(ServingServer.Second, (await again.PostAsync("/v2/models/bikes/infer", Requests.Summer, Cancel)).Prediction, 1e-12);
    }

    [Fact]
    public async Task A_request_in_flight_is_answered_when_the_server_stops()
    {
        var server = await ServingServer.StartAsync(Cancel);
        await server.DeployAsync("bikes", both: false, Cancel);
        var body = new HeldStream(System.Text.Encoding.UTF8.GetBytes(Requests.Summer));
        using var content = new StreamContent(body);

        var answering = server.SendAsync("/v2/models/bikes/infer", content, Cancel);
        await body.Reached.Task.WaitAsync(Cancel);
        var lifetime = server.Services.GetRequiredService<Microsoft.Extensions.Hosting.IHostApplicationLifetime>();
        var stopping = new TaskCompletionSource();
        lifetime.ApplicationStopping.Register(stopping.SetResult);
        lifetime.StopApplication();
        await stopping.Task.WaitAsync(Cancel);
        body.Release.SetResult();

        Assert.Equal(ServingServer.First, (await answering).Prediction, 1e-12);
        await server.DisposeAsync();
    }

    private static async Task<(int First, int Second)> CallAsync(ServingServer server, VersionReference first, VersionReference second, SemaphoreSlim answers, CancellationToken stop)
    {
        var (firsts, seconds) = (0, 0);
        while (!stop.IsCancellationRequested)
        {
            var answer = await server.PostAsync("/v2/models/bikes/infer", Requests.Summer, Cancel);
            Assert.Equal(HttpStatusCode.OK, answer.Status);
            var version = answer.Json.GetProperty("model_version").GetString();
            if (version == first.Version.ToString())
            {
                Assert.Equal(ServingServer.First, answer.Prediction, 1e-12);
                firsts++;
            }
            else
            {
                Assert.Equal(second.Version.ToString(), version);
                Assert.Equal(ServingServer.Second, answer.Prediction, 1e-12);
                seconds++;
            }

            answers.Release();
        }

        return (firsts, seconds);
    }

    /// <summary>A body whose second half comes when the test says so.</summary>
    private sealed class HeldStream(byte[] bytes) : Stream
    {
        private int _at;

        public TaskCompletionSource Reached { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource Release { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (_at > 0)
            {
                Reached.TrySetResult();
                await Release.Task.WaitAsync(cancellationToken);
            }

            var length = Math.Min(Math.Min(buffer.Length, 40), bytes.Length - _at);
            bytes.AsMemory(_at, length).CopyTo(buffer);
            _at += length;
            return length;
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Flush() => throw new NotSupportedException();
    }
}
