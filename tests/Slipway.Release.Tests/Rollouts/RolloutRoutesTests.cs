using System.Text.Json;
using Slipway.Core;
using Slipway.Registry;
using Slipway.Rollouts.Releases;

namespace Slipway.Release.Tests.Rollouts;

public sealed class RolloutRoutesTests(ReleaseFixture fixture)
{
    private readonly ReleaseHost _host = fixture.Host;
    private readonly string _model = $"churn-{Guid.NewGuid():N}";
    private readonly string _name = $"live-{Guid.NewGuid():N}";

    // A wait that should not be would otherwise hold up all tests instead of failing one.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_deploy_follows_the_projects_plan_and_says_by_its_status_whether_it_is_done()
    {
        _host.Get<ScriptedPlans>().Write(_name, Plans.Canary);
        var first = await DeployAsync(await AddAsync("1"), null);
        var second = await DeployAsync(await AddAsync("2"), null);

        Assert.Equal((202, 202), (first.Status, second.Status));
        Assert.Equal(("promoted", "running", 0.25), (Text(first.Body, "status"), Text(second.Body, "status"), second.Body.GetProperty("weight").GetDouble()));

        var third = await DeployAsync(await AddAsync("3"), "immediate");
        Assert.Equal((200, 3), (third.Status, _host.Server.Answer(_name)));
        Assert.Equal("1.0.2", Text(third.Body.GetProperty("stable").GetProperty("reference"), "version"));
        Assert.Equal("rolledBack", Text((await _host.GetAsync($"/api/v1/rollouts/{Text(second.Body, "id")}", Cancel)).Body, "status"));
    }

    [Fact]
    public async Task A_strategy_that_is_asked_for_is_followed_or_refused()
    {
        await DeployAsync(await AddAsync("1"), null);
        var second = await AddAsync("2");

        var unknown = await DeployAsync(second, "rolling");
        var canary = await DeployAsync(second, "canary");
        var blueGreen = await DeployAsync(second, "blue-green");

        Assert.Equal((400, 400, 202), (unknown.Status, canary.Status, blueGreen.Status));
        Assert.Equal("'rolling' is not a strategy. Use immediate, blue-green or canary.", Text(unknown.Body, "detail"));
        Assert.Contains("A canary needs steps", Text(canary.Body, "detail"), StringComparison.Ordinal);
        Assert.Equal(("promoted", 2), (Text(blueGreen.Body, "status"), _host.Server.Answer(_name)));
    }

    [Fact]
    public async Task A_canary_of_a_project_without_steps_takes_the_usual_ones()
    {
        _host.Get<ScriptedPlans>().Write(_name, Plans.BlueGreen with { Guardrails = Plans.Canary.Guardrails });
        await DeployAsync(await AddAsync("1"), null);

        var canary = await DeployAsync(await AddAsync("2"), "canary");

        Assert.Equal((202, 0.05), (canary.Status, canary.Body.GetProperty("weight").GetDouble()));
        Assert.Equal([0.05, 0.25, 0.5], canary.Body.GetProperty("plan").GetProperty("steps").EnumerateArray().Select(step => step.GetProperty("weight").GetDouble()));
    }

    [Fact]
    public async Task A_rollout_is_read_promoted_and_rolled_back_by_its_id()
    {
        var rollout = await BeginAsync();
        _host.Evidence.Write(rollout.Id, [Slots.At(1, Slots.Errors(0.25, (0, 9), (0, 9)))], Slots.End(1));
        await _host.Rollouts.ReconcileAsync(_name, Cancel);

        var list = await _host.GetAsync($"/api/v1/rollouts?deployment={_name}&limit=1", Cancel);
        var all = await _host.GetAsync("/api/v1/rollouts", Cancel);
        var looks = await _host.GetAsync($"/api/v1/rollouts/{rollout.Id}/looks", Cancel);
        var promoted = await _host.PostAsync($"/api/v1/rollouts/{rollout.Id}/promote", new { reason = "seen enough" }, Cancel);
        var late = await _host.PostAsync($"/api/v1/rollouts/{rollout.Id}/rollback", null, Cancel);

        Assert.Equal(rollout.Id, Text(Assert.Single(list.Body.EnumerateArray()), "id"));
        Assert.Contains(rollout.Id, all.Body.EnumerateArray().Select(r => Text(r, "id")));
        Assert.Equal("wait", Text(Assert.Single(looks.Body.EnumerateArray()), "decision"));
        Assert.Equal((200, "promoted", $"local promoted {rollout.Candidate} at 25% of requests: seen enough."), (promoted.Status, Text(promoted.Body, "status"), Text(promoted.Body, "sentence")));
        Assert.Equal(409, late.Status);

        foreach (var path in new[] { "", "/looks", "/watch" })
        {
            Assert.Equal(404, (await _host.GetAsync($"/api/v1/rollouts/none{path}", Cancel)).Status);
        }
    }

    [Fact]
    public async Task A_candidate_is_taken_back_by_its_rollout_with_the_reason()
    {
        var rollout = await BeginAsync();

        var (status, body) = await _host.PostAsync($"/api/v1/rollouts/{rollout.Id}/rollback", new { reason = "errors on mobile." }, Cancel);

        Assert.Equal((200, "rolledBack", $"local took {rollout.Candidate} back: errors on mobile."), (status, Text(body, "status"), Text(body, "sentence")));
        Assert.Equal((1, null), (_host.Server.Answer(_name), _host.Server.Active(_name)?.Candidate));
    }

    [Fact]
    public async Task Whoever_watches_sees_each_state_until_the_end()
    {
        var rollout = await BeginAsync();
        using var response = await _host.Http.GetAsync(new Uri($"/api/v1/rollouts/{rollout.Id}/watch", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead, Cancel);
        using var lines = new StreamReader(await response.Content.ReadAsStreamAsync(Cancel));
        async Task<RolloutState> NextAsync() => JsonSerializer.Deserialize<RolloutState>((await lines.ReadLineAsync(Cancel).AsTask().WaitAsync(Patience, Cancel))!, SlipwayJson.Options)!;

        var begun = await NextAsync();
        _host.Evidence.Write(rollout.Id, [Slots.At(1, Slots.Errors(0.25, (0, 9), (0, 9)))], Slots.End(1));
        await _host.Rollouts.ReconcileAsync(_name, Cancel);
        var looked = await NextAsync();
        await _host.Rollouts.RollBackAsync(rollout.Id, ReleaseHost.Bob, null, Cancel);
        var ended = await NextAsync();

        Assert.Equal("application/x-ndjson", response.Content.Headers.ContentType?.MediaType);
        Assert.Equal((0, 1, RolloutStatus.RolledBack), (begun.Looks, looked.Looks, ended.Status));
        Assert.Null(await lines.ReadLineAsync(Cancel).AsTask().WaitAsync(Patience, Cancel));
    }

    [Fact]
    public async Task A_blue_green_switch_that_a_kill_cut_short_is_finished_at_the_next_start()
    {
        await using var own = await OwnHost.StartAsync(Cancel);
        await own.Host.DeployAsync(_name, (await own.Host.AddApprovedAsync(_model, "1", Cancel)).Reference, Cancel);
        var second = await own.Host.AddApprovedAsync(_model, "2", Cancel);
        own.Host.Server.OnActivate = _ => throw new InvalidOperationException("killed");
        await Assert.ThrowsAsync<InvalidOperationException>(
            () => own.Host.Rollouts.StartAsync(new RolloutRequest(_name, second.Reference, Plans.BlueGreen, null), ReleaseHost.Alice, Cancel));
        Assert.Equal(1, own.Host.Server.Answer(_name));

        await own.RestartAsync(null, Cancel);

        var rollout = Assert.Single(await own.Host.Rollouts.ListAsync(_name, 10, Cancel));
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        patience.CancelAfter(Patience);
        RolloutState? last = null;
        await foreach (var state in own.Host.Get<RolloutWatch>().WatchAsync(rollout.Id, patience.Token))
        {
            last = state;
        }

        Assert.Equal(RolloutStatus.Promoted, last?.Status);
    }

    private Task<ModelVersion> AddAsync(string answer) => _host.AddApprovedAsync(_model, answer, Cancel);

    private async Task<RolloutState> BeginAsync()
    {
        await _host.DeployAsync(_name, (await AddAsync("1")).Reference, Cancel);
        return await _host.Rollouts.StartAsync(new RolloutRequest(_name, (await AddAsync("2")).Reference, Plans.Canary, null), ReleaseHost.Alice, Cancel);
    }

    private Task<(int Status, JsonElement Body)> DeployAsync(ModelVersion version, string? strategy) =>
        _host.PostAsync($"/api/v1/deployments/{_name}/deploy", new { version = version.Reference.ToString(), strategy }, Cancel);

    private static string? Text(JsonElement element, string property) => element.GetProperty(property).GetString();
}
