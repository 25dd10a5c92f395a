using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Core.Names;
using Slipway.Rollouts;
using Slipway.Rollouts.Releases;
using Slipway.Serving;
using Slipway.Serving.Routing;
using static Slipway.Serve.Tests.Serving.Callers;

namespace Slipway.Serve.Tests.Serving;

public sealed class CandidateTests : IAsyncLifetime
{
    private readonly RecordingSink _sink = new();
    private ServingServer _server = null!;
    private VersionReference _first = null!;
    private VersionReference _second = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _server = await ServingServer.StartAsync(new ServingOptions(), s => s.AddSingleton<IPredictionSink>(_sink), null, Cancel);
        (_first, _second) = await _server.DeployAsync("bikes", both: false, Cancel);
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task Who_is_on_the_candidate_stays_on_as_its_weight_grows_and_the_shares_are_the_weights()
    {
        const int Callers = 1000;
        var before = new HashSet<string>();
        foreach (var weight in new[] { 0.1, 0.25, 0.5 })
        {
            await TryAsync(weight);

            var on = await OnCandidateAsync(_server, Callers, Cancel);

            Assert.Superset(before, on);
            Assert.InRange(on.Count, Callers * weight - 4 * Math.Sqrt(Callers * weight * (1 - weight)), Callers * weight + 4 * Math.Sqrt(Callers * weight * (1 - weight)));
            before = on;
        }
    }

    [Fact]
    public async Task Another_rollout_divides_callers_anew()
    {
        await TryAsync(0.5);
        var on = await OnCandidateAsync(_server, 200, Cancel);

        await TryAsync(0.5, "another");
        var both = (await OnCandidateAsync(_server, 200, Cancel)).Intersect(on).Count();

        Assert.InRange(both, 25, 75);
    }

    [Fact]
    public async Task A_key_in_the_body_a_key_in_a_header_and_an_id_without_a_key_are_units_alike()
    {
        await TryAsync(0.5);
        for (var i = 0; i < 40; i++)
        {
            var expected = RolloutUnits.IsCandidate(RolloutUnits.Hash("rollout", $"user-{i}"), 0.5) ? "candidate" : "stable";

            Assert.Equal(expected, await AskAsync(_server, $"user-{i}", Cancel));
            Assert.Equal(expected, (await _server.PostAsync(Infer, Requests.With($"\"id\":\"x\",\"parameters\":{{\"sticky_key\":\"user-{i}\"}}"), Cancel)).Role);
            Assert.Equal(expected, (await _server.PostAsync(Infer, Requests.With($"\"id\":\"user-{i}\""), Cancel)).Role);
            Assert.Equal(expected, (await _server.PostAsync(Infer, Requests.With($"\"id\":\"user-{i}\",\"parameters\":{{\"sticky_key\":\"\"}}"), Cancel)).Role);
        }

        Assert.All(_sink.Take(), r => Assert.True(r.Randomised));
    }

    [Fact]
    public async Task Requests_without_key_and_id_are_divided_by_the_id_that_they_are_given()
    {
        await TryAsync(0.5);
        var roles = new List<string>();
        for (var i = 0; i < 60; i++)
        {
            var answer = await _server.PostAsync(Infer, Requests.Summer, Cancel);
            var hash = RolloutUnits.Hash("rollout", answer.Json.GetProperty("id").GetString()!);
            Assert.Equal(RolloutUnits.IsCandidate(hash, 0.5) ? "candidate" : "stable", answer.Role);
            roles.Add(answer.Role);
        }

        Assert.Equal(2, roles.Distinct().Count());
    }

    [Fact]
    public async Task Rows_of_callers_on_both_sides_are_answered_by_the_stable_version_and_compared_with_nothing()
    {
        await TryAsync(0.5);
        var on = await OnCandidateAsync(_server, 20, Cancel);
        var off = Enumerable.Range(0, 20).Select(i => $"user-{i}").Except(on).ToArray();
        _sink.Take();

        Assert.Equal("candidate", (await _server.PostAsync(Infer, TwoRows(on.First(), on.Last()), Cancel)).Role);
        Assert.Equal("stable", (await _server.PostAsync(Infer, TwoRows(off[0], off[^1]), Cancel)).Role);
        Assert.Equal("stable", (await _server.PostAsync(Infer, TwoRows(on.First(), off[0]), Cancel)).Role);
        Assert.Equal("stable", (await _server.PostAsync(Infer, TwoRows(off[0], on.First()), Cancel)).Role);

        Assert.Equal([true, true, false, false], _sink.Take().Select(r => r.Randomised));
    }

    [Fact]
    public async Task At_weight_0_the_candidate_answers_only_whoever_asks_for_it_and_nobody_is_randomised()
    {
        await TryAsync(0);
        var on = await OnCandidateAsync(_server, 50, Cancel);

        var pinned = await _server.PostAsync($"/v2/models/bikes/versions/{_second.Version}/infer", Requests.Summer, Cancel);

        Assert.Empty(on);
        Assert.Equal("candidate", pinned.Role);
        Assert.All(_sink.Records, r => Assert.False(r.Randomised));
    }

    [Theory]
    [InlineData("1", "stable")]
    [InlineData("2", "candidate")]
    public async Task Whoever_asks_for_a_version_gets_it_whatever_the_weight_and_is_not_randomised(string number, string role)
    {
        foreach (var weight in new[] { 0.01, 0.99 })
        {
            await TryAsync(weight);
            for (var i = 0; i < 10; i++)
            {
                var answer = await _server.PostAsync($"/v2/models/bikes/versions/{number}/infer", Requests.Summer, Cancel);

                Assert.Equal(role, answer.Role);
                Assert.Equal(role == "candidate" ? ServingServer.Second : ServingServer.First, answer.Prediction, 1e-12);
            }
        }

        Assert.All(_sink.Records, r => Assert.Equal((false, "rollout", role), (r.Randomised, r.Candidate!.Rollout, r.Role!)));
    }

    [Fact]
    public async Task A_rollout_can_try_the_version_that_a_rollback_would_return_to()
    {
        await _server.Deployments.DeployAsync("bikes", _second, Core.Actor.Local, null, Cancel);
        await _server.TryAsync("bikes", _first, 0.5, "rollout", Cancel);

        var pinned = await _server.PostAsync("/v2/models/bikes/versions/1/infer", Requests.Summer, Cancel);
        var metadata = (await _server.GetAsync("/v2/models/bikes", Cancel)).Json;
        await _server.TryAsync("bikes", null, 0, "", Cancel);
        var after = await _server.PostAsync("/v2/models/bikes/versions/1/infer", Requests.Summer, Cancel);

        Assert.Equal("candidate", pinned.Role);
        Assert.Equal(ServingServer.First, pinned.Prediction, 1e-12);
        Assert.Equal([_second.Version.ToString(), _first.Version.ToString()], metadata.GetProperty("versions").EnumerateArray().Select(v => v.GetString()!));
        Assert.Equal("previous", after.Role);
    }

    [Fact]
    public async Task Figures_and_metadata_tell_the_candidate()
    {
        await TryAsync(0.5);
        await OnCandidateAsync(_server, 20, Cancel);

        var figures = (await _server.GetAsync("/api/v1/deployments/bikes/figures", Cancel)).Json;
        var metadata = (await _server.GetAsync("/v2/models/bikes", Cancel)).Json;
        await _server.TryAsync("bikes", null, 0, "", Cancel);
        var after = (await _server.GetAsync("/api/v1/deployments/bikes/figures", Cancel)).Json;

        Assert.Equal(["stable", "candidate"], figures.EnumerateArray().Select(f => f.GetProperty("role").GetString()!));
        Assert.Equal(20, figures.EnumerateArray().Sum(f => f.GetProperty("requests").GetInt64()));
        Assert.Equal([_first.Version.ToString(), _second.Version.ToString()], metadata.GetProperty("versions").EnumerateArray().Select(v => v.GetString()!));
        Assert.Equal(["stable", null], after.EnumerateArray().Select(f => f.TryGetProperty("role", out var role) ? role.GetString() : null));
    }

    [Fact]
    public async Task A_candidate_that_cannot_be_loaded_leaves_everything_as_it_was()
    {
        await TryAsync(0.5);
        var versions = _server.Services.GetRequiredService<IVersionServer>();
        var state = (await _server.Deployments.FindAsync("bikes", Cancel))!;
        var lost = new DeployedVersion(new VersionReference("lost", SemanticVersion.First), new string('0', 64));

        await Assert.ThrowsAnyAsync<Exception>(() => versions.PrepareAsync(state with { Candidate = new CandidateState(lost, 0.5, "lost") }, Cancel));

        Assert.Equal("stable", (await _server.PostAsync("/v2/models/bikes/versions/1/infer", Requests.Summer, Cancel)).Role);
        Assert.Equal("candidate", (await _server.PostAsync("/v2/models/bikes/versions/2/infer", Requests.Summer, Cancel)).Role);
    }

    [Fact]
    public async Task A_candidate_that_a_rollout_gave_up_is_let_go_when_its_last_request_has_left()
    {
        await TryAsync(0.5);
        var gone = _server.Services.GetRequiredService<VersionServer>().Get("bikes", "2").Version.Loaded.Model;
        Assert.True(gone.TryLease(out var running));

        await _server.TryAsync("bikes", null, 0, "", Cancel);

        Assert.True(gone.TryLease(out var late), "It was disposed while a request was running.");
        late.Dispose();
        running.Dispose();
        Assert.False(gone.TryLease(out _), "It stayed in memory.");
        Assert.Equal(HttpStatusCode.NotFound, (await _server.PostAsync("/v2/models/bikes/versions/2/infer", Requests.Summer, Cancel)).Status);
        Assert.Empty(await OnCandidateAsync(_server, 20, Cancel));
    }

    [Fact]
    public async Task A_hundred_changes_of_weight_under_load_fail_no_request_and_each_is_answered_by_its_side()
    {
        using var stop = new CancellationTokenSource();
        var asked = 0;
        var callers = Task.WhenAll(Enumerable.Range(0, 4).Select(caller => Task.Run(
            async () =>
            {
                for (var i = 0; !stop.IsCancellationRequested; i++)
                {
                    await AskAsync(_server, $"caller-{caller}-{i % 50}", Cancel);
                    Interlocked.Increment(ref asked);
                }
            },
            Cancel)));

        double[] weights = [0, 0.1, 0.25, 0.5, 0.9];
        for (var i = 0; i < 100; i++)
        {
            await _server.TryAsync("bikes", i % 6 == 5 ? null : _second, weights[i % weights.Length], $"rollout-{i / 10}", Cancel);
            for (var seen = Volatile.Read(ref asked); Volatile.Read(ref asked) < seen + 8 && !callers.IsCompleted;)
            {
                await Task.WhenAny(AskAsync(_server, "somebody", Cancel), callers);
            }
        }

        await stop.CancelAsync();
        await callers;

        Assert.Contains(_sink.Records, r => r.Role == "candidate");
        Assert.All(_sink.Records, r =>
        {
            Assert.Equal(CallFailure.None, r.Failure);
            Assert.Equal(r.Candidate is { Weight: > 0 }, r.Randomised);
            var assigned = r.Candidate is { } c && RolloutUnits.IsCandidate(RolloutUnits.Hash(c.Rollout, r.Keys[0]), c.Weight);
            Assert.Equal(assigned ? "candidate" : "stable", r.Role);
        });
    }

    private Task TryAsync(double weight, string rollout = "rollout") => _server.TryAsync("bikes", _second, weight, rollout, Cancel);
}
