using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Core;
using Slipway.Serving;
using Slipway.Serving.Engine;
using static Slipway.Serve.Tests.Serving.Callers;

namespace Slipway.Serve.Tests.Serving.Caching;

public sealed class CachedDeploymentTests
{
    private static readonly ServingOptions Caching = new() { Serve = new ServeSettings { CacheFor = TimeSpan.FromHours(1) } };

    private readonly Seen _seen = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_cached_answer_has_its_own_id_is_counted_and_reaches_the_sink()
    {
        await using var server = await StartAsync();
        await server.DeployAsync("bikes", both: false, Cancel);

        var first = await server.PostAsync(Infer, Requests.With("\"id\":\"a\""), Cancel);
        var second = await server.PostAsync(Infer, Requests.With("\"id\":\"b\",\"parameters\":{\"sticky_key\":\"u1\"}"), Cancel);
        var swapped = await server.PostAsync(
            Infer,
            """{"inputs":[{"name":"season","shape":[1],"datatype":"BYTES","data":["summer"]},{"name":"temp","shape":[1],"datatype":"INT32","data":[20]}]}""",
            Cancel);

        Assert.Equal([("a", false), ("b", true), (Id(swapped), true)], _seen.Take().Select(c => (c.Id, c.FromCache)));
        Assert.Equal(("a", "b"), (Id(first), Id(second)));
        Assert.Equal([ServingServer.First, ServingServer.First, ServingServer.First], [first.Prediction, second.Prediction, swapped.Prediction], (a, b) => Math.Abs(a - b) < 1e-12);
        var figures = (await server.GetAsync("/api/v1/deployments/bikes/figures", Cancel)).Json[0];
        Assert.Equal((3, 3), (figures.GetProperty("requests").GetInt64(), figures.GetProperty("rows").GetInt64()));
    }

    [Fact]
    public async Task Without_the_setting_nothing_is_kept()
    {
        await using var server = await ServingServer.StartAsync(new ServingOptions(), s => s.AddSingleton<IPredictionSink>(_seen), null, Cancel);
        await server.DeployAsync("bikes", both: false, Cancel);

        await server.PostAsync(Infer, Requests.Summer, Cancel);
        await server.PostAsync(Infer, Requests.Summer, Cancel);

        Assert.All(_seen.Take(), c => Assert.False(c.FromCache));
    }

    [Fact]
    public async Task A_swap_and_a_rollback_answer_with_the_version_that_they_switch_to()
    {
        await using var server = await StartAsync();
        var (_, second) = await server.DeployAsync("bikes", both: false, Cancel);
        await AskTwiceAsync(server, Infer, ServingServer.First);

        await server.Deployments.DeployAsync("bikes", second, Actor.Local, null, Cancel);
        await AskTwiceAsync(server, Infer, ServingServer.Second);

        // The version before has another role now, and its answers are not those that it gave as the stable one.
        await AskTwiceAsync(server, "/v2/models/bikes/versions/1/infer", ServingServer.First);

        await server.Deployments.RollbackAsync("bikes", Actor.Local, null, Cancel);
        await AskTwiceAsync(server, Infer, ServingServer.First);
    }

    [Fact]
    public async Task Another_weight_of_a_candidate_keeps_what_it_has_answered()
    {
        await using var server = await StartAsync();
        var (_, second) = await server.DeployAsync("bikes", both: false, Cancel);
        var candidate = $"/v2/models/bikes/versions/{second.Version}/infer";
        await server.TryAsync("bikes", second, 0.1, "rollout", Cancel);
        await AskTwiceAsync(server, candidate, ServingServer.Second);
        await AskTwiceAsync(server, "/v2/models/bikes/versions/1/infer", ServingServer.First);

        await server.TryAsync("bikes", second, 0.2, "rollout", Cancel);
        await server.PostAsync(candidate, Requests.Summer, Cancel);
        await server.PostAsync("/v2/models/bikes/versions/1/infer", Requests.Summer, Cancel);

        Assert.All(_seen.Take(), c => Assert.True(c.FromCache));
    }

    [Fact]
    public async Task A_wrong_request_is_refused_however_often_it_comes()
    {
        await using var server = await StartAsync();
        await server.DeployAsync("bikes", both: false, Cancel);
        await server.PostAsync(Infer, Requests.Summer, Cancel);

        for (var i = 0; i < 2; i++)
        {
            var answer = await server.PostAsync(Infer, Requests.With("\"outputs\":[{\"name\":\"none\"}]"), Cancel);
            Assert.Contains("no output 'none'", answer.Error, StringComparison.Ordinal);
        }
    }

    // The first is run, the second comes from the cache, and both are right.
    private async Task AskTwiceAsync(ServingServer server, string path, double expected)
    {
        _seen.Take();
        Assert.Equal(expected, (await server.PostAsync(path, Requests.Summer, Cancel)).Prediction, 1e-12);
        Assert.Equal(expected, (await server.PostAsync(path, Requests.Summer, Cancel)).Prediction, 1e-12);
        Assert.Equal([false, true], _seen.Take().Select(c => c.FromCache));
    }

    private Task<ServingServer> StartAsync() => ServingServer.StartAsync(Caching, s => s.AddSingleton<IPredictionSink>(_seen), null, Cancel);

    private static string Id(Answer answer) => answer.Json.GetProperty("id").GetString()!;

    private sealed class Seen : IPredictionSink
    {
        private readonly ConcurrentQueue<(string Id, bool FromCache)> _calls = new();

        public void Record(InferenceCall call) => _calls.Enqueue((call.Id, call.FromCache));

        public List<(string Id, bool FromCache)> Take()
        {
            var taken = new List<(string Id, bool FromCache)>();
            while (_calls.TryDequeue(out var call))
            {
                taken.Add(call);
            }

            return taken;
        }
    }
}
