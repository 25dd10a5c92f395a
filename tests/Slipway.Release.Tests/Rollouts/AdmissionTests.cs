using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Slipway.Access;
using Slipway.Core;
using Slipway.Core.Errors;
using Slipway.Core.Projects;
using Slipway.Rollouts.Releases;

namespace Slipway.Release.Tests.Rollouts;

/// <summary>What may answer, and what becomes of it when it no longer may.</summary>
public sealed class AdmissionTests(ReleaseFixture fixture)
{
    private static readonly Caller Admin = new(new Actor("dan"), Role.Admin, IsAuthenticated: true);

    private readonly ReleaseHost _host = fixture.Host;
    private readonly string _model = $"churn-{Guid.NewGuid():N}";
    private readonly string _name = $"bikes-{Guid.NewGuid():N}";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private string Deploy => $"/api/v1/deployments/{_name}/deploy";

    [Fact]
    public async Task An_approval_that_is_taken_back_during_a_rollout_takes_the_candidate_back()
    {
        await _host.DeployAsync(_name, (await _host.AddApprovedAsync(_model, "1", Cancel)).Reference, Cancel);
        var candidate = (await _host.AddApprovedAsync(_model, "2", Cancel)).Reference;
        var rollout = await _host.Rollouts.StartAsync(new RolloutRequest(_name, candidate, Plans.Canary, null), ReleaseHost.Alice, Cancel);

        await _host.Approvals.RevokeAsync(candidate, ReleaseHost.Approver(ReleaseHost.Bob), "wrong holdout", Cancel);
        var ended = await EndedAsync(rollout.Id);
        var promote = await _host.PostAsync($"/api/v1/rollouts/{rollout.Id}/promote", null, Cancel);

        Assert.Equal((RolloutStatus.RolledBack, 1), (ended.Status, _host.Server.Answer(_name)));
        Assert.StartsWith($"{candidate} may no longer be deployed, so it is taken back. 1 approval is needed", ended.Sentence, StringComparison.Ordinal);
        Assert.Contains("bob took the approval back on", ended.Sentence, StringComparison.Ordinal);
        var back = (await _host.Events.ReadSubjectAsync($"deployment/{_name}", 10, Cancel))[^1];
        Assert.Equal((nameof(RolloutRolledBack), "policy"), (back.Type, back.Actor));
        Assert.Equal(409, promote.Status);
    }

    [Fact]
    public async Task What_answers_already_goes_on_when_its_approval_is_taken_back_and_says_so()
    {
        var version = (await _host.AddApprovedAsync(_model, "1", Cancel)).Reference;
        await _host.DeployAsync(_name, version, Cancel);

        await _host.Approvals.RevokeAsync(version, ReleaseHost.Approver(ReleaseHost.Bob), "wrong holdout", Cancel);
        var (status, body) = await _host.GetAsync($"/api/v1/deployments/{_name}", Cancel);
        var elsewhere = await _host.PostAsync($"/api/v1/deployments/x{_name}/deploy", new { version = version.ToString() }, Cancel);

        Assert.Equal((200, 1), (status, _host.Server.Answer(_name)));
        var warning = Assert.Single(body.GetProperty("warnings").EnumerateArray()).GetString();
        Assert.StartsWith($"{version} answers as {_name} and could not be deployed anew. 1 approval is needed", warning, StringComparison.Ordinal);
        Assert.EndsWith(": wrong holdout.", warning, StringComparison.Ordinal);
        Assert.Equal(409, elsewhere.Status);
    }

    [Fact]
    public async Task A_policy_that_grows_during_a_rollout_takes_the_candidate_back()
    {
        await _host.DeployAsync(_name, (await _host.AddApprovedAsync(_model, "1", Cancel)).Reference, Cancel);
        var candidate = (await _host.AddApprovedAsync(_model, "2", Cancel)).Reference;
        var rollout = await _host.Rollouts.StartAsync(new RolloutRequest(_name, candidate, Plans.Canary, null), ReleaseHost.Alice, Cancel);

        await _host.Approvals.SetPolicyAsync(_model, new ApprovalPolicy { Approvers = 2 }, new Caller(ReleaseHost.Alice, Role.Developer, true), Cancel);

        Assert.Contains("2 approvals of different people are needed", (await EndedAsync(rollout.Id)).Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_approval_that_ends_during_a_rollout_ends_the_rollout_at_its_next_look()
    {
        var time = new FakeTimeProvider(Slots.Start);
        await using var own = await OwnHost.StartAsync(Cancel, services => services.AddSingleton<TimeProvider>(time));
        await own.Host.Approvals.SetPolicyAsync(_model, new ApprovalPolicy { Expires = TimeSpan.FromDays(1) }, Admin, Cancel);
        await own.Host.DeployAsync(_name, (await own.Host.AddApprovedAsync(_model, "1", Cancel)).Reference, Cancel);
        var candidate = (await own.Host.AddApprovedAsync(_model, "2", Cancel)).Reference;
        var rollout = await own.Host.Rollouts.StartAsync(new RolloutRequest(_name, candidate, Plans.Canary, null), ReleaseHost.Alice, Cancel);

        time.Advance(TimeSpan.FromDays(2));
        var promote = await Assert.ThrowsAsync<SlipwayException>(() => own.Host.Rollouts.PromoteAsync(rollout.Id, ReleaseHost.Bob, null, Cancel));
        await own.Host.Rollouts.ReconcileAsync(_name, Cancel);

        Assert.Contains("The approval of bob expired on", promote.Message, StringComparison.Ordinal);
        Assert.Equal(RolloutStatus.RolledBack, (await own.Host.Rollouts.FindAsync(rollout.Id, Cancel))!.Status);
        Assert.Equal(1, own.Host.Server.Answer(_name));
    }

    [Fact]
    public async Task An_emergency_goes_against_the_policy_with_a_reason_and_is_shown_while_it_is_live()
    {
        var good = (await _host.AddApprovedAsync(_model, "1", Cancel)).Reference;
        await _host.DeployAsync(_name, good, Cancel);
        var fix = (await _host.RegisterAsync(_model, "2", Cancel)).Reference;

        var silent = await _host.PostAsync(Deploy, new { version = fix.ToString(), @override = true }, Cancel);
        var stepped = await _host.PostAsync(Deploy, new { version = fix.ToString(), @override = true, reason = "r", strategy = "canary" }, Cancel);
        var done = await _host.PostAsync(Deploy, new { version = fix.ToString(), @override = true, reason = "prices are wrong." }, Cancel);
        var (_, listed) = await _host.GetAsync("/api/v1/deployments", Cancel);
        Assert.True(listed.ValueKind == JsonValueKind.Array, listed.ToString());
        var deployed = JsonElement.Parse((await _host.Events.ReadSubjectAsync($"deployment/{_name}", 10, Cancel))[^1].Data);

        Assert.Equal((400, 400, 200), (silent.Status, stepped.Status, done.Status));
        Assert.Equal(2, _host.Server.Answer(_name));
        Assert.Equal("local", done.Body.GetProperty("override").GetProperty("by").GetString());
        Assert.Equal("prices are wrong.", deployed.GetProperty("override").GetProperty("reason").GetString());
        var warning = Assert.Single(listed.EnumerateArray().Single(d => d.GetProperty("name").GetString() == _name).GetProperty("warnings").EnumerateArray()).GetString();
        Assert.StartsWith($"{fix} answers as {_name} by an emergency override of local on ", warning, StringComparison.Ordinal);
        Assert.EndsWith(": prices are wrong. It lacked: It is a draft and has not passed validation: run its project's gates with `slipway apply`.", warning, StringComparison.Ordinal);

        // It goes with the version, and comes back with it.
        await _host.Deployments.RollbackAsync(_name, ReleaseHost.Alice, null, Cancel);
        Assert.Null((await _host.Deployments.FindAsync(_name, Cancel))!.Override);
        await _host.Deployments.RollbackAsync(_name, ReleaseHost.Alice, null, Cancel);
        Assert.Equal("prices are wrong.", (await _host.Deployments.FindAsync(_name, Cancel))!.Override!.Reason);
        await _host.DeployAsync(_name, (await _host.AddApprovedAsync(_model, "3", Cancel)).Reference, Cancel);
        Assert.Null((await _host.Deployments.FindAsync(_name, Cancel))!.Override);
    }

    [Fact]
    public async Task An_override_needs_its_own_right_and_lifts_no_rejection()
    {
        var draft = (await _host.RegisterAsync(_model, "1", Cancel)).Reference;

        var approver = await Assert.ThrowsAsync<SlipwayException>(() => _host.Deployments.OverrideAsync(_name, draft, ReleaseHost.Approver(ReleaseHost.Bob), "urgent", Cancel));
        await _host.RejectAsync(draft, "leaks the label", Cancel);
        var rejected = await Assert.ThrowsAsync<SlipwayException>(() => _host.Deployments.OverrideAsync(_name, draft, Admin, "urgent", Cancel));

        Assert.Equal((ErrorKind.Forbidden, ErrorKind.Conflict), (approver.Kind, rejected.Kind));
        Assert.Equal($"{draft} is rejected, which no override lifts. Deploy another version instead.", rejected.Message);
        Assert.Null(await _host.Deployments.FindAsync(_name, Cancel));
    }

    [Fact]
    public async Task An_override_of_what_lacks_nothing_is_a_deploy()
    {
        var version = (await _host.AddApprovedAsync(_model, "1", Cancel)).Reference;

        Assert.Null((await _host.Deployments.OverrideAsync(_name, version, Admin, "urgent", Cancel)).Override);
    }

    [Fact]
    public async Task Another_model_with_a_lenient_policy_is_no_way_around_the_one_that_guards_a_deployment()
    {
        await _host.Approvals.SetPolicyAsync(_model, new ApprovalPolicy { Approvers = 2 }, Admin, Cancel);
        var guarded = (await _host.RegisterAsync(_model, "1", Cancel)).Reference;
        await _host.Registry.ValidateAsync(guarded, "[]", ReleaseHost.Alice, Cancel);
        await _host.Approvals.ApproveAsync(guarded, ReleaseHost.Approver(ReleaseHost.Bob), null, Cancel);
        await _host.Approvals.ApproveAsync(guarded, Admin, null, Cancel);
        await _host.DeployAsync(_name, guarded, Cancel);
        await _host.Approvals.SetPolicyAsync($"x{_model}", ApprovalPolicy.Auto, new Caller(ReleaseHost.Alice, Role.Developer, true), Cancel);
        var other = (await _host.RegisterAsync($"x{_model}", "2", Cancel)).Reference;
        await _host.Registry.ValidateAsync(other, "[]", ReleaseHost.Alice, Cancel);
        await _host.Approvals.SettleAsync(other, ReleaseHost.Alice, request: false, Cancel);

        var (status, body) = await _host.PostAsync(Deploy, new { version = other.ToString() }, Cancel);

        Assert.Equal(409, status);
        Assert.Contains($"For the callers of {_model}: 2 approvals of different people are needed", body.GetProperty("detail").GetString(), StringComparison.Ordinal);
        await _host.DeployAsync($"x{_name}", other, Cancel);
    }

    private async Task<RolloutState> EndedAsync(string id)
    {
        var signal = _host.Get<RolloutSignal>();
        while (true)
        {
            var next = signal.Next;
            if (await _host.Rollouts.FindAsync(id, Cancel) is { EndedAt: not null } ended)
            {
                return ended;
            }

            await next.WaitAsync(TimeSpan.FromSeconds(30), Cancel);
        }
    }
}
