using Slipway.Core.Errors;
using Slipway.Registry;
using Slipway.Rollouts.Releases;

namespace Slipway.Release.Tests.Rollouts;

public sealed class StartTests(ReleaseFixture fixture)
{
    private readonly ReleaseHost _host = fixture.Host;
    private readonly string _model = $"churn-{Guid.NewGuid():N}";
    private readonly string _name = $"live-{Guid.NewGuid():N}";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_deployments_first_version_answers_at_once_whatever_the_strategy()
    {
        var version = await AddAsync("1");

        var rollout = await StartAsync(version, Plans.Canary);

        Assert.Equal((RolloutStatus.Promoted, 1.0, null), (rollout.Status, rollout.Weight, rollout.Stable));
        Assert.Equal(1, _host.Server.Answer(_name));
        Assert.Null(await _host.Rollouts.FindActiveAsync(_name, Cancel));
        Assert.Equal(["VersionDeployed", "RolloutPromoted"], await EventsAsync());
    }

    [Fact]
    public async Task Immediate_switches_and_leaves_a_record_of_the_rollout()
    {
        await StartAsync(await AddAsync("1"), Plans.Immediate);

        var second = await StartAsync(await AddAsync("2"), Plans.Immediate);

        Assert.Equal((RolloutStatus.Promoted, "1.0.0"), (second.Status, second.Stable?.Version.ToString()));
        Assert.Equal(2, _host.Server.Answer(_name));
        Assert.Equal([second.Id], (await _host.Rollouts.ListAsync(_name, 1, Cancel)).Select(r => r.Id));
        Assert.Equal(["VersionDeployed", "RolloutPromoted", "VersionDeployed", "RolloutPromoted"], await EventsAsync());
    }

    [Fact]
    public async Task Blue_green_loads_beside_then_switches_and_the_way_back_loads_nothing()
    {
        await StartAsync(await AddAsync("1"), Plans.Immediate);

        var rollout = await StartAsync(await AddAsync("2"), Plans.BlueGreen);

        Assert.Equal((RolloutStatus.Promoted, 1.0), (rollout.Status, rollout.Weight));
        Assert.Equal(2, _host.Server.Answer(_name));
        Assert.Equal(["VersionDeployed", "RolloutPromoted", "RolloutStarted", "VersionDeployed", "RolloutPromoted"], await EventsAsync());
        var loads = _host.Server.Loads;
        Assert.Equal(4, (await _host.Deployments.RollbackAsync(_name, ReleaseHost.Bob, null, Cancel)).Revision);
        Assert.Equal((1, loads), (_host.Server.Answer(_name), _host.Server.Loads));
    }

    [Fact]
    public async Task A_candidate_that_does_not_load_changes_nothing()
    {
        await StartAsync(await AddAsync("1"), Plans.Immediate);
        var damaged = await AddAsync("not a model");

        foreach (var plan in new[] { Plans.Immediate, Plans.BlueGreen, Plans.Canary })
        {
            var error = await Assert.ThrowsAsync<SlipwayException>(() => StartAsync(damaged, plan));
            Assert.Equal((ErrorKind.Failed, $"{damaged.Reference} cannot be loaded for the deployment {_name}: 'not a model' is not a number."), (error.Kind, error.Message));
        }

        Assert.Equal(1, _host.Server.Answer(_name));
        Assert.Null(await _host.Rollouts.FindActiveAsync(_name, Cancel));
        Assert.Single(await _host.Rollouts.ListAsync(_name, 10, Cancel));
    }

    [Fact]
    public async Task A_canary_answers_its_share_beside_the_stable_version()
    {
        await StartAsync(await AddAsync("1"), Plans.Immediate);
        var second = await AddAsync("2");

        var rollout = await StartAsync(second, Plans.Canary);

        Assert.Equal((RolloutStatus.Running, 0.25, 0), (rollout.Status, rollout.Weight, rollout.Looks));
        var state = (await _host.Deployments.FindAsync(_name, Cancel))!;
        Assert.Equal((second.Reference, 0.25, rollout.Id), (state.Candidate?.Version.Reference, state.Candidate?.Weight, state.Candidate?.Rollout));
        Assert.Equal(state, _host.Server.Active(_name));
        Assert.Equal(rollout.Id, (await _host.Rollouts.FindActiveAsync(_name, Cancel))?.Id);
    }

    [Fact]
    public async Task A_canary_that_could_not_be_judged_does_not_begin()
    {
        await StartAsync(await AddAsync("1"), Plans.Immediate);
        var second = await AddAsync("2");
        _host.Evidence.Obstacles[_name] = "none of its calls is recorded.";

        var error = await Assert.ThrowsAsync<SlipwayException>(() => StartAsync(second, Plans.Canary));

        Assert.Equal((ErrorKind.Conflict, $"{second.Reference} cannot be tried on a part of {_name}'s requests: none of its calls is recorded."), (error.Kind, error.Message));
        Assert.Null(await _host.Rollouts.FindActiveAsync(_name, Cancel));
        Assert.Equal(RolloutStatus.Promoted, (await StartAsync(second, Plans.BlueGreen)).Status);
    }

    [Fact]
    public async Task The_same_origin_again_is_the_same_rollout_even_when_it_has_ended()
    {
        await StartAsync(await AddAsync("1"), Plans.Immediate);
        var second = await AddAsync("2");
        var origin = $"run-{Guid.NewGuid():N}";
        var first = await StartAsync(second, Plans.Canary, origin);

        var running = await StartAsync(second, Plans.Canary, origin);
        await _host.Rollouts.RollBackAsync(first.Id, ReleaseHost.Bob, "too slow", Cancel);
        await _host.RejectAsync(second.Reference, "too slow", Cancel);
        var ended = await StartAsync(second, Plans.Canary, origin);

        Assert.Equal((first.Id, first.Id, RolloutStatus.RolledBack), (running.Id, ended.Id, ended.Status));
        Assert.Equal(2, (await _host.Rollouts.ListAsync(_name, 10, Cancel)).Count);
        Assert.Null((await _host.Deployments.FindAsync(_name, Cancel))!.Candidate);
    }

    [Fact]
    public async Task Of_two_starts_of_one_origin_at_once_one_begins()
    {
        await StartAsync(await AddAsync("1"), Plans.Immediate);
        var second = await AddAsync("2");
        var origin = $"run-{Guid.NewGuid():N}";

        var started = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => StartAsync(second, Plans.Canary, origin)));

        Assert.Single(started.Select(r => r.Id).Distinct());
        Assert.Equal(2, (await _host.Rollouts.ListAsync(_name, 10, Cancel)).Count);
    }

    [Fact]
    public async Task Two_rollouts_at_once_are_refused_and_the_first_is_named()
    {
        await StartAsync(await AddAsync("1"), Plans.Immediate);
        var second = await StartAsync(await AddAsync("2"), Plans.Canary);
        var third = await AddAsync("3");

        var same = await StartAsync(await _host.Registry.GetAsync(second.Candidate, Cancel), Plans.BlueGreen);
        var error = await Assert.ThrowsAsync<SlipwayException>(() => StartAsync(third, Plans.Immediate));

        Assert.Equal((second.Id, ErrorKind.Conflict), (same.Id, error.Kind));
        Assert.Contains($"{_name} is trying {second.Candidate} (rollout {second.Id})", error.Message, StringComparison.Ordinal);
        Assert.Contains($"`slipway rollout rollback {_name}`", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_answers_already_is_not_released_again()
    {
        var version = await AddAsync("1");
        await _host.DeployAsync(_name, version.Reference, Cancel);

        var byHand = await StartAsync(version, Plans.Canary);
        var again = await StartAsync(version, Plans.Canary, "another run");

        Assert.Equal((RolloutStatus.Promoted, byHand.Id), (byHand.Status, again.Id));
        Assert.Equal(["VersionDeployed"], await EventsAsync());
    }

    [Fact]
    public async Task A_candidate_that_breaks_callers_takes_no_share_of_them_but_may_replace_the_stable_version()
    {
        await StartAsync(await AddAsync("1"), Plans.Immediate);
        var described = await _host.DescribeAsync(_model, "2", Cancel);
        var renamed = described with { Signature = described.Signature with { Inputs = [described.Signature.Inputs[0] with { Name = "temperature" }] } };
        var other = (await _host.Registry.RegisterAsync(renamed, ReleaseHost.Alice, Cancel)).Version;
        await _host.Registry.ValidateAsync(other.Reference, "[]", ReleaseHost.Alice, Cancel);
        other = await _host.ApproveAsync(other.Reference, Cancel);

        var error = await Assert.ThrowsAsync<SlipwayException>(() => StartAsync(other, Plans.Canary));
        var blueGreen = await StartAsync(other, Plans.BlueGreen);

        Assert.Equal(ErrorKind.Conflict, error.Kind);
        Assert.Contains("input `temp` was removed", error.Message, StringComparison.Ordinal);
        Assert.Equal(RolloutStatus.Promoted, blueGreen.Status);
    }

    [Fact]
    public async Task What_is_not_approved_or_not_a_plan_is_refused()
    {
        await StartAsync(await AddAsync("1"), Plans.Immediate);
        var approved = await AddAsync("2");
        var draft = await _host.RegisterAsync(_model, "3", Cancel);

        async Task<ErrorKind> KindAsync(ModelVersion version, RolloutPlan plan) => (await Assert.ThrowsAsync<SlipwayException>(() => StartAsync(version, plan))).Kind;

        Assert.Equal(ErrorKind.Conflict, await KindAsync(draft, Plans.Immediate));
        Assert.Equal(ErrorKind.InvalidInput, await KindAsync(approved, Plans.Canary with { Strategy = "rolling" }));
        Assert.Equal(ErrorKind.InvalidInput, await KindAsync(approved, Plans.Canary with { Guardrails = [] }));
        Assert.Equal(ErrorKind.InvalidInput, await KindAsync(approved, Plans.Canary with { Steps = [.. Plans.Canary.Steps.Reverse()] }));
        Assert.Equal(ErrorKind.InvalidInput, await KindAsync(approved, Plans.Canary with { Alpha = 0 }));
        Assert.Null(await _host.Rollouts.FindActiveAsync(_name, Cancel));
    }

    private Task<ModelVersion> AddAsync(string answer) => _host.AddApprovedAsync(_model, answer, Cancel);

    private Task<RolloutState> StartAsync(ModelVersion version, RolloutPlan plan, string? origin = null) =>
        _host.Rollouts.StartAsync(new RolloutRequest(_name, version.Reference, plan, null, origin), ReleaseHost.Alice, Cancel);

    private async Task<IEnumerable<string>> EventsAsync() => (await _host.Events.ReadSubjectAsync($"deployment/{_name}", 100, Cancel)).Select(e => e.Type);
}
