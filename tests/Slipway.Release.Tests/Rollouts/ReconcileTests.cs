using System.Text.Json;
using Slipway.Core.Errors;
using Slipway.Registry;
using Slipway.Rollouts.Releases;

namespace Slipway.Release.Tests.Rollouts;

public sealed class ReconcileTests(ReleaseFixture fixture)
{
    private readonly ReleaseHost _host = fixture.Host;
    private readonly string _model = $"churn-{Guid.NewGuid():N}";
    private readonly string _name = $"live-{Guid.NewGuid():N}";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Good_evidence_leads_step_by_step_to_everybody()
    {
        var rollout = await BeginAsync(Plans.Canary);
        var little = Slots.At(1, Slots.Errors(0.25, (0, 9), (0, 27)));

        var first = await LookAsync(rollout, 1, little);
        Assert.Equal((RolloutStatus.Running, 0.25, 1), (first.Status, first.Weight, first.Looks));
        var second = await LookAsync(rollout, 2, little, Good(2, 0.25));
        Assert.Equal((1, 0.5, null), (second.Step, second.Weight, second.StepStartedAt));
        Assert.Equal(0.5, _host.Server.Active(_name)?.Candidate?.Weight);
        var third = await LookAsync(rollout, 4, little, Good(2, 0.25), Good(4, 0.5));

        Assert.Equal((RolloutStatus.Promoted, 1.0, 3, Slots.End(4)), (third.Status, third.Weight, third.Looks, third.LookedTo));
        var state = _host.Server.Active(_name)!;
        Assert.Equal((rollout.Candidate, rollout.Stable, null), (state.Stable.Reference, state.Previous?.Reference, state.Candidate));
        var looks = await _host.Rollouts.ListLooksAsync(rollout.Id, Cancel);
        Assert.Equal(["wait", "advance", "promote"], looks.Select(l => l.Decision));
        Assert.Equal([0.25, 0.25, 0.5], looks.Select(l => l.Weight));
        Assert.Equal(third.Evidence, looks[^1].Evidence);
        var events = await EventsAsync();
        Assert.Equal(["RolloutStarted", "RolloutStepped", "VersionDeployed", "RolloutPromoted"], events.Select(e => e.Type).Skip(2));
        Assert.All(events.Skip(3), e => Assert.Equal("policy", e.Actor));
    }

    [Fact]
    public async Task Harm_takes_the_candidate_back_at_once_with_the_numbers()
    {
        var rollout = await BeginAsync(Plans.Canary);

        var ended = await LookAsync(
            rollout, 2, Slots.At(1, Slots.Errors(0.25, (1, 99), (3, 297))), Slots.At(2, Slots.Errors(0.25, (90, 10), (3, 297)), Slots.Errors(0.25, (9, 1), (3, 27), "device=desk")), Good(3, 0.25));

        Assert.Equal((RolloutStatus.RolledBack, 0.0, 2), (ended.Status, ended.Weight, ended.Looks));
        Assert.NotNull(ended.EndedAt);
        Assert.Equal((1, null), (_host.Server.Answer(_name), _host.Server.Active(_name)?.Candidate));
        var data = JsonElement.Parse((await EventsAsync())[^1].Data);
        Assert.Equal(("error_rate", "", Slots.End(2)), (Text(data, "metric"), Text(data, "segment"), data.GetProperty("at").GetDateTimeOffset()));
        Assert.Equal((0.25, 3), (data.GetProperty("formerWeight").GetDouble(), data.GetProperty("revision").GetInt32()));
        var figures = Assert.Single(data.GetProperty("figures").EnumerateArray());
        Assert.Equal((200, 600, 0.455), (figures.GetProperty("candidateUnits").GetInt32(), figures.GetProperty("stableUnits").GetInt32(), figures.GetProperty("candidateLoss").GetDouble()));
        Assert.True(figures.GetProperty("logHarm").GetDouble() > figures.GetProperty("harmLimit").GetDouble());
    }

    [Fact]
    public async Task Without_new_evidence_nothing_is_written()
    {
        var rollout = await BeginAsync(Plans.Canary);
        var before = await LookAsync(rollout, 1, Good(1, 0.25));

        var after = await LookAsync(rollout, 20, Good(1, 0.25));

        Assert.Equal(before.Revision, after.Revision);
        Assert.Single(await _host.Rollouts.ListLooksAsync(rollout.Id, Cancel));
    }

    [Fact]
    public async Task Before_the_first_evidence_no_time_passes()
    {
        var rollout = await BeginAsync(Plans.Canary);

        var waiting = await LookAsync(rollout, 500);

        Assert.Equal((RolloutStatus.Running, 0, null), (waiting.Status, waiting.Looks, waiting.StepStartedAt));
    }

    [Fact]
    public async Task A_step_that_ends_in_a_silence_is_decided_as_of_its_end()
    {
        var rollout = await BeginAsync(Plans.Canary);

        var held = await LookAsync(rollout, 90, Slots.At(1, Slots.Errors(0.25, (1, 9), (1, 9))), Slots.At(80, Slots.Errors(0.25, (1, 9), (1, 9))));

        Assert.Equal((RolloutStatus.Held, 0.25), (held.Status, held.Weight));
        var looks = await _host.Rollouts.ListLooksAsync(rollout.Id, Cancel);
        Assert.Equal([("wait", Slots.End(1)), ("hold", Slots.End(30)), ("wait", Slots.End(80))], looks.Select(l => (l.Decision, l.At)));
        Assert.Equal("RolloutHeld", (await EventsAsync())[^1].Type);
        var promoted = await _host.Rollouts.PromoteAsync(rollout.Id, ReleaseHost.Bob, "good enough", Cancel);
        Assert.Equal((RolloutStatus.Promoted, "bob promoted " + rollout.Candidate + " at 25% of requests: good enough."), (promoted.Status, promoted.Sentence));
        Assert.Equal(2, _host.Server.Answer(_name));
    }

    [Fact]
    public async Task An_extended_step_begins_again_with_its_next_evidence()
    {
        var rollout = await BeginAsync(Plans.Canary with { Inconclusive = "extend" });
        EvidenceSlot[] little = [Slots.At(1, Slots.Errors(0.25, (1, 9), (1, 9))), Slots.At(80, Slots.Errors(0.25, (1, 9), (1, 9)))];

        var extended = await LookAsync(rollout, 60, little);
        var again = await LookAsync(rollout, 80, little);
        var end = await LookAsync(rollout, 200, little);

        Assert.Equal((null, 0.25, 0), (extended.StepStartedAt, extended.Weight, extended.Step));
        Assert.Equal(Slots.End(79), again.StepStartedAt);
        Assert.Equal((4, Slots.End(109)), (end.Looks, end.LookedTo));
        Assert.Equal(2, (await EventsAsync()).Count(e => e.Type == "RolloutExtended"));
    }

    [Fact]
    public async Task Deploying_the_candidate_promotes_it_and_deploying_another_version_ends_its_rollout()
    {
        var promoted = await BeginAsync(Plans.Canary);
        await _host.DeployAsync(_name, promoted.Candidate, Cancel);
        Assert.Equal((2, RolloutStatus.Promoted), (_host.Server.Answer(_name), (await GetAsync(promoted)).Status));

        var third = await _host.AddApprovedAsync(_model, "3", Cancel);
        var ended = await StartAsync(third, Plans.Canary);
        await _host.DeployAsync(_name, promoted.Stable!, Cancel);

        Assert.Equal((1, null), (_host.Server.Answer(_name), _host.Server.Active(_name)?.Candidate));
        var state = await GetAsync(ended);
        Assert.Equal((RolloutStatus.RolledBack, $"alice deployed {promoted.Stable} while {third.Reference} was being tried, which ends its rollout."), (state.Status, state.Sentence));
        Assert.Equal(["RolloutRolledBack", "VersionDeployed"], (await EventsAsync()).TakeLast(2).Select(e => e.Type));
    }

    [Fact]
    public async Task Deploying_the_stable_version_takes_the_candidate_back()
    {
        var rollout = await BeginAsync(Plans.Canary);

        await _host.DeployAsync(_name, rollout.Stable!, Cancel);

        Assert.Equal((1, RolloutStatus.RolledBack), (_host.Server.Answer(_name), (await GetAsync(rollout)).Status));
        Assert.Equal("RolloutRolledBack", (await EventsAsync())[^1].Type);
        Assert.Null((await _host.Deployments.FindAsync(_name, Cancel))!.Candidate);
    }

    [Fact]
    public async Task Rolling_a_deployment_back_takes_a_candidate_first_and_then_the_stable_version()
    {
        var rollout = await BeginAsync(Plans.Canary);

        var back = await _host.Deployments.RollbackAsync(_name, ReleaseHost.Bob, "errors on mobile", Cancel);

        Assert.Equal((1, null, 3L), (_host.Server.Answer(_name), back.Candidate, back.Revision));
        Assert.Equal(RolloutStatus.RolledBack, (await GetAsync(rollout)).Status);
        Assert.Equal("errors on mobile", Text(JsonElement.Parse((await EventsAsync())[^1].Data), "reason"));
        var error = await Assert.ThrowsAsync<SlipwayException>(() => _host.Deployments.RollbackAsync(_name, ReleaseHost.Bob, null, Cancel));
        Assert.Contains("there is nothing to roll back to", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_two_looks_from_the_same_standing_one_loses_and_leaves_nothing()
    {
        var rollout = await BeginAsync(Plans.Canary);
        var before = new Standing((await _host.Deployments.FindAsync(_name, Cancel))!, rollout);
        var store = _host.Get<ReleaseStore>();
        ReleaseChange Look(int minute) => RolloutCourse.Look(before, rollout.Id, Slots.At(minute, Slots.Errors(0.25, (0, 9), (0, 9))), Slots.Start);

        Assert.True(await store.TryCommitAsync(before, Look(1), Cancel));
        Assert.False(await store.TryCommitAsync(before, Look(2), Cancel));
        Assert.False(await store.TryCommitAsync(before, RolloutMoves.Promote(before, new Move(ReleaseHost.Alice, Slots.Start)), Cancel));

        Assert.Equal(Slots.End(1), Assert.Single(await _host.Rollouts.ListLooksAsync(rollout.Id, Cancel)).At);
        Assert.Equal(before.Deployment, await _host.Deployments.FindAsync(_name, Cancel));
        Assert.Equal("RolloutStarted", (await EventsAsync())[^1].Type);
    }

    [Fact]
    public async Task A_rollout_that_has_ended_is_neither_promoted_nor_rolled_back()
    {
        var rollout = await BeginAsync(Plans.Canary);
        await _host.Rollouts.RollBackAsync(rollout.Id, ReleaseHost.Bob, null, Cancel);

        var promote = await Assert.ThrowsAsync<SlipwayException>(() => _host.Rollouts.PromoteAsync(rollout.Id, ReleaseHost.Bob, null, Cancel));
        var back = await Assert.ThrowsAsync<SlipwayException>(() => _host.Rollouts.RollBackAsync(rollout.Id, ReleaseHost.Bob, null, Cancel));
        var unknown = await Assert.ThrowsAsync<SlipwayException>(() => _host.Rollouts.RollBackAsync("none", ReleaseHost.Bob, null, Cancel));

        Assert.Equal((ErrorKind.Conflict, ErrorKind.Conflict, ErrorKind.NotFound), (promote.Kind, back.Kind, unknown.Kind));
        Assert.Contains("has ended: it was rolled back", promote.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_candidate_that_is_rejected_meanwhile_is_taken_back()
    {
        var rollout = await BeginAsync(Plans.Canary);
        await _host.RejectAsync(rollout.Candidate, "leaks the label", Cancel);

        await Assert.ThrowsAsync<SlipwayException>(() => _host.Rollouts.PromoteAsync(rollout.Id, ReleaseHost.Bob, null, Cancel));
        await _host.Rollouts.ReconcileAsync(_name, Cancel);

        Assert.Equal((1, RolloutStatus.RolledBack), (_host.Server.Answer(_name), (await GetAsync(rollout)).Status));
    }

    private static EvidenceSlot Good(int minute, double weight) => Slots.At(minute, Slots.Errors(weight, (1, 199), (1, 199)));

    private async Task<RolloutState> BeginAsync(RolloutPlan plan)
    {
        await StartAsync(await _host.AddApprovedAsync(_model, "1", Cancel), Plans.Immediate);
        return await StartAsync(await _host.AddApprovedAsync(_model, "2", Cancel), plan);
    }

    private Task<RolloutState> StartAsync(ModelVersion version, RolloutPlan plan) =>
        _host.Rollouts.StartAsync(new RolloutRequest(_name, version.Reference, plan, null), ReleaseHost.Alice, Cancel);

    private async Task<RolloutState> LookAsync(RolloutState rollout, int closedTo, params EvidenceSlot[] slots)
    {
        _host.Evidence.Write(rollout.Id, slots, Slots.End(closedTo));
        await _host.Rollouts.ReconcileAsync(_name, Cancel);
        return await GetAsync(rollout);
    }

    private async Task<RolloutState> GetAsync(RolloutState rollout) => (await _host.Rollouts.FindAsync(rollout.Id, Cancel))!;

    private async Task<IReadOnlyList<Slipway.Storage.Events.StoredEvent>> EventsAsync() => await _host.Events.ReadSubjectAsync($"deployment/{_name}", 100, Cancel);

    private static string? Text(JsonElement element, string property) => element.GetProperty(property).GetString();
}
