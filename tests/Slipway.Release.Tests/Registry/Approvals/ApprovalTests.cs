using Slipway.Access;
using Slipway.Core;
using Slipway.Core.Errors;
using Slipway.Core.Names;
using Slipway.Core.Projects;
using Slipway.Registry;
using Slipway.Registry.Approvals;
using Slipway.Release.Tests.Registry.Mlflow;
using Slipway.Rollouts;
using Slipway.Storage.Events;

namespace Slipway.Release.Tests.Registry.Approvals;

/// <summary>Approvals on a real database: one suite, both databases.</summary>
public abstract class ApprovalTests(MlflowServer server)
{
    private const string Passed = """{"gates":[{"gate":"performance.rmse","verdict":"pass"}]}""";

    private static readonly Caller Alice = new(ReleaseHost.Alice, Role.Developer, IsAuthenticated: true);
    private static readonly Caller Bob = new(ReleaseHost.Bob, Role.Approver, IsAuthenticated: true);
    private static readonly Caller Carol = new(new Actor("carol"), Role.Approver, IsAuthenticated: true);
    private static readonly Caller Dan = new(new Actor("dan"), Role.Admin, IsAuthenticated: true);

    private readonly string _model = $"churn-{Guid.NewGuid():N}";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private IApprovals Approvals => server.Get<IApprovals>();

    [Fact]
    public async Task A_version_stays_validated_until_the_last_of_its_approvers()
    {
        var version = await AddValidatedAsync(new ApprovalPolicy { Approvers = 2 });

        var one = await Approvals.ApproveAsync(version, Bob, "plots are fine", Cancel);
        var again = await Approvals.ApproveAsync(version, Bob, null, Cancel);
        var two = await Approvals.ApproveAsync(version, Dan, null, Cancel);

        Assert.Equal((VersionState.Validated, 1), (one.State, one.Given));
        Assert.Equal((VersionState.Validated, 1), (again.State, again.Given));
        Assert.Equal((VersionState.Approved, 2), (two.State, two.Given));
        Assert.Empty(two.Missing);
        Assert.Equal(["ApprovalGiven bob", "VersionApproved dan"], (await HistoryAsync(version)).TakeLast(2));
    }

    [Fact]
    public async Task Two_approvers_at_once_both_count()
    {
        var version = await AddValidatedAsync(new ApprovalPolicy { Approvers = 2 });

        await Task.WhenAll(new[] { Bob, Carol, Bob, Carol, Bob, Carol }.Select(caller => Task.Run(() => Approvals.ApproveAsync(version, caller, null, Cancel), Cancel)));

        var approval = await Approvals.GetAsync(version, Bob, Cancel);
        Assert.Equal((VersionState.Approved, 2), (approval.State, approval.Given));
        Assert.Equal(2, approval.Decisions.Count(d => d.Step == ApprovalStep.Approved));
        Assert.Single(await HistoryAsync(version), e => e.StartsWith("VersionApproved", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Nobody_approves_without_the_right_or_their_own_version()
    {
        var version = await AddValidatedAsync(ApprovalPolicy.Required);

        var developer = await RefusedAsync(() => Approvals.ApproveAsync(version, Alice, null, Cancel));
        var author = await RefusedAsync(() => Approvals.ApproveAsync(version, Alice with { Role = Role.Admin }, null, Cancel));
        var unsigned = await Approvals.ApproveAsync(version, Alice with { Role = Role.Admin, IsAuthenticated = false }, null, Cancel);

        Assert.Equal((ErrorKind.Forbidden, $"alice is developer and may not approve {version}. Ask an approver or an admin."), (developer.Kind, developer.Message));
        Assert.Equal((ErrorKind.Forbidden, $"alice registered {version}, and nobody approves their own version of {_model}. Ask somebody else."), (author.Kind, author.Message));
        Assert.Equal(VersionState.Approved, unsigned.State);
        Assert.False(Assert.Single(unsigned.Decisions).Authenticated);
    }

    [Fact]
    public async Task An_admin_s_approval_alone_counts_where_the_policy_asks_for_one()
    {
        var version = await AddValidatedAsync(new ApprovalPolicy { Roles = ["admin"] });

        var refused = await RefusedAsync(() => Approvals.ApproveAsync(version, Bob, null, Cancel));

        Assert.Equal((ErrorKind.Forbidden, $"bob is approver, and {_model} needs the approval of an admin."), (refused.Kind, refused.Message));
        Assert.Equal(VersionState.Approved, (await Approvals.ApproveAsync(version, Dan, null, Cancel)).State);
    }

    [Fact]
    public async Task What_the_policy_demands_besides_people_comes_first()
    {
        var version = await AddValidatedAsync(new ApprovalPolicy { Gates = ["performance", "fairness"], Documents = ["card"], CommentRequired = true });

        var refused = await RefusedAsync(() => Approvals.ApproveAsync(version, Bob, "fine", Cancel));
        await Approvals.SetPolicyAsync(_model, new ApprovalPolicy { Gates = ["performance"], CommentRequired = true }, Bob, Cancel);
        var silent = await RefusedAsync(() => Approvals.ApproveAsync(version, Bob, " ", Cancel));
        var approved = await Approvals.ApproveAsync(version, Bob, "fine", Cancel);

        Assert.Equal((ErrorKind.Conflict, $"{version} cannot be approved yet. The gate fairness has not passed. The document card is missing."), (refused.Kind, refused.Message));
        Assert.Equal((ErrorKind.InvalidInput, $"{_model} demands a comment with each decision. Say why, with --reason or as 'reason'."), (silent.Kind, silent.Message));
        Assert.Equal(VersionState.Approved, approved.State);
    }

    [Fact]
    public async Task An_approval_ends_while_the_version_stays_live_and_can_be_renewed()
    {
        var version = await AddValidatedAsync(new ApprovalPolicy { Expires = TimeSpan.FromDays(30) });
        var approved = await Approvals.ApproveAsync(version, Bob, null, Cancel);
        await DeployAsync(version);
        server.Time.Advance(TimeSpan.FromDays(30));

        var refused = await RefusedAsync(() => server.Get<IDeployments>().DeployAsync($"{_model}-2", version, Alice.Actor, null, Cancel));
        var live = await server.Get<IDeployments>().FindAsync(_model, Cancel);
        var warning = Assert.Single(await DeploymentWarnings.ListAsync(live!, Approvals, Cancel));
        var renewed = await Approvals.ApproveAsync(version, Bob, null, Cancel);

        Assert.NotNull(approved.ExpiresAt);
        Assert.Equal(ErrorKind.Conflict, refused.Kind);
        Assert.Contains("The approval of bob expired on", refused.Message, StringComparison.Ordinal);
        Assert.Equal(version, live!.Stable.Reference);
        Assert.StartsWith($"{version} answers as {_model} and could not be deployed anew.", warning, StringComparison.Ordinal);
        Assert.Empty(renewed.Missing);
        Assert.Equal("ApprovalGiven bob", (await HistoryAsync(version))[^1]);
        await server.Get<IDeployments>().DeployAsync($"{_model}-2", version, Alice.Actor, null, Cancel);
    }

    [Fact]
    public async Task An_approval_that_is_taken_back_leaves_a_validated_version()
    {
        var version = await AddValidatedAsync(ApprovalPolicy.Required);
        await Approvals.ApproveAsync(version, Bob, null, Cancel);

        var revoked = await Approvals.RevokeAsync(version, Carol, "wrong holdout", Cancel);
        var nothing = await RefusedAsync(() => Approvals.RevokeAsync(version, Carol, null, Cancel));
        var developer = await RefusedAsync(() => Approvals.RevokeAsync(version, Alice, null, Cancel));

        Assert.Equal(VersionState.Validated, revoked.State);
        Assert.Contains(": wrong holdout.", revoked.Missing[1], StringComparison.Ordinal);
        Assert.Equal((ErrorKind.Conflict, ErrorKind.Forbidden), (nothing.Kind, developer.Kind));
        Assert.Equal(VersionState.Approved, (await Approvals.ApproveAsync(version, Bob, null, Cancel)).State);
    }

    [Fact]
    public async Task The_rule_approves_by_itself_but_not_over_somebody_who_took_it_back()
    {
        var version = await AddValidatedAsync(ApprovalPolicy.Auto);

        var settled = await Approvals.SettleAsync(version, Alice.Actor, request: true, Cancel);
        await Approvals.RevokeAsync(version, Bob, "wrong holdout", Cancel);
        var again = await Approvals.SettleAsync(version, Alice.Actor, request: false, Cancel);
        var missing = await Approvals.ListMissingAsync(version, null, Cancel);

        Assert.Equal((VersionState.Approved, VersionState.Validated), (settled.State, again.State));
        Assert.Contains("bob took the approval back", Assert.Single(missing), StringComparison.Ordinal);
        Assert.Equal(VersionState.Approved, (await Approvals.ApproveAsync(version, Bob, null, Cancel)).State);
    }

    [Fact]
    public async Task A_weaker_policy_needs_the_right_to_approve_and_a_stronger_one_does_not()
    {
        var version = await AddValidatedAsync(new ApprovalPolicy { Approvers = 2 });
        await Approvals.ApproveAsync(version, Bob, null, Cancel);

        var refused = await RefusedAsync(() => Approvals.SetPolicyAsync(_model, ApprovalPolicy.Required, Alice, Cancel));
        await Approvals.SetPolicyAsync(_model, new ApprovalPolicy { Approvers = 3 }, Alice, Cancel);
        await Approvals.SetPolicyAsync(_model, ApprovalPolicy.Required, Bob, Cancel);

        Assert.Equal(ErrorKind.Forbidden, refused.Kind);
        Assert.Contains("(1 instead of 2 would have to approve)", refused.Message, StringComparison.Ordinal);

        // The one approval is enough now, and the version says so.
        Assert.Equal(VersionState.Approved, (await server.Registry.GetAsync(version, Cancel)).State);
        var changes = await server.Get<IEventLog>().ReadSubjectAsync($"model/{_model}", 10, Cancel);
        Assert.Equal(["bob", "alice", "bob"], changes.Select(e => e.Actor));
    }

    [Fact]
    public async Task A_model_without_a_policy_needs_one_approval()
    {
        var version = (await server.RegisterAsync(_model, "1")).Reference;
        await server.Registry.ValidateAsync(version, Passed, Alice.Actor, Cancel);

        var refused = await RefusedAsync(() => Approvals.SetPolicyAsync(_model, ApprovalPolicy.Auto, Alice, Cancel));

        Assert.Equal(ErrorKind.Forbidden, refused.Kind);
        Assert.Contains("nobody would have to approve any more", refused.Message, StringComparison.Ordinal);
        Assert.Equal("1 approval is needed (an approver or an admin), and it has none.", Assert.Single(await Approvals.ListMissingAsync(version, null, Cancel)));

        // A model that begins with its file has nothing to guard yet.
        await Approvals.SetPolicyAsync($"new-{_model}", ApprovalPolicy.Auto, Alice, Cancel);
    }

    [Fact]
    public async Task What_waits_is_in_the_inbox_until_it_is_decided()
    {
        var version = await AddValidatedAsync(new ApprovalPolicy { Approvers = 2 });

        await Approvals.RequestAsync(version, Alice, "new season", Cancel);
        await Approvals.RequestAsync(version, Alice, null, Cancel);
        await Approvals.CommentAsync(version, Bob, "which holdout?", Cancel);
        var forAlice = await PendingAsync(Alice);
        var forBob = await PendingAsync(Bob);
        await Approvals.ApproveAsync(version, Bob, null, Cancel);
        var stillWaits = await PendingAsync(Carol);
        await Approvals.ApproveAsync(version, Carol, null, Cancel);

        Assert.Equal(("waiting", false, true), (forAlice!.About, forAlice.Approval.MayApprove, forBob!.Approval.MayApprove));
        Assert.Equal(("alice", "new season"), (forBob.Approval.Request!.By, forBob.Approval.Request.Comment));
        Assert.Equal([ApprovalStep.Requested, ApprovalStep.Commented], forBob.Approval.Decisions.Select(d => d.Step));
        Assert.NotNull(stillWaits);
        Assert.Null(await PendingAsync(Bob));
        Assert.Equal(ErrorKind.Conflict, (await RefusedAsync(() => Approvals.RequestAsync(version, Alice, null, Cancel))).Kind);
        Assert.Equal(ErrorKind.InvalidInput, (await RefusedAsync(() => Approvals.CommentAsync(version, Alice, "  ", Cancel))).Kind);
    }

    [Fact]
    public async Task Nobody_is_reminded_twice_in_one_period()
    {
        var version = await AddValidatedAsync(new ApprovalPolicy { Remind = TimeSpan.FromHours(8) });
        await Approvals.RequestAsync(version, Alice, null, Cancel);
        var reminders = server.Get<ApprovalReminders>();

        server.Time.Advance(TimeSpan.FromHours(7));
        await reminders.RemindAsync(Cancel);
        Assert.Equal(0, await RemindedAsync(version));

        server.Time.Advance(TimeSpan.FromHours(1));
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => reminders.RemindAsync(Cancel), Cancel)));
        await reminders.RemindAsync(Cancel);
        Assert.Equal(1, await RemindedAsync(version));

        server.Time.Advance(TimeSpan.FromHours(8));
        await reminders.RemindAsync(Cancel);
        Assert.Equal(2, await RemindedAsync(version));
        Assert.Equal(VersionState.Approved, (await Approvals.ApproveAsync(version, Bob, null, Cancel)).State);
    }

    [Fact]
    public async Task A_live_version_whose_approval_ends_soon_is_reminded_of()
    {
        var version = await AddValidatedAsync(new ApprovalPolicy { Expires = TimeSpan.FromDays(30), Remind = TimeSpan.FromDays(2) });
        await Approvals.ApproveAsync(version, Bob, null, Cancel);
        await DeployAsync(version);
        var reminders = server.Get<ApprovalReminders>();

        server.Time.Advance(TimeSpan.FromDays(27));
        await reminders.RemindAsync(Cancel);
        var early = await RemindedAsync(version);
        server.Time.Advance(TimeSpan.FromDays(1));
        await reminders.RemindAsync(Cancel);
        await reminders.RemindAsync(Cancel);
        var soon = await PendingAsync(Bob);
        server.Time.Advance(TimeSpan.FromDays(2));
        await reminders.RemindAsync(Cancel);
        var over = await PendingAsync(Bob);

        Assert.Equal(0, early);
        Assert.Equal(("expiring", "lapsed"), (soon!.About, over!.About));
        Assert.Equal([_model], over.Deployments);
        Assert.Equal(2, await RemindedAsync(version));
    }

    [Fact]
    public async Task What_is_deployed_is_not_deprecated_and_what_is_deprecated_is_not_deployed()
    {
        var version = await AddValidatedAsync(ApprovalPolicy.Required);
        await Approvals.ApproveAsync(version, Bob, null, Cancel);
        await DeployAsync(version);
        var next = (await server.ApproveAsync(await server.RegisterAsync(_model, "2"))).Reference;

        var refused = await RefusedAsync(() => Approvals.DeprecateAsync(version, Bob, null, Cancel));
        await DeployAsync(next);
        var deprecated = await Approvals.DeprecateAsync(version, Bob, "replaced", Cancel);
        var again = await Approvals.DeprecateAsync(version, Bob, null, Cancel);

        Assert.Equal((ErrorKind.Conflict, $"{version} cannot be deprecated while it is deployed: {_model} has it. Deploy another version there first."), (refused.Kind, refused.Message));
        Assert.Equal((VersionState.Deprecated, VersionState.Deprecated), (deprecated.State, again.State));
        Assert.Single(await HistoryAsync(version), e => e.StartsWith("VersionDeprecated", StringComparison.Ordinal));
        Assert.Contains("is deprecated and cannot be deployed", (await RefusedAsync(() => DeployAsync(version))).Message, StringComparison.Ordinal);
        Assert.Equal(ErrorKind.Conflict, (await RefusedAsync(() => Approvals.ApproveAsync(version, Bob, null, Cancel))).Kind);
    }

    [Fact]
    public async Task A_clock_that_goes_back_between_decisions_breaks_nothing()
    {
        var version = await AddValidatedAsync(new ApprovalPolicy { Approvers = 2, Expires = TimeSpan.FromDays(30), Remind = TimeSpan.FromHours(1) });
        await Approvals.RequestAsync(version, Alice, null, Cancel);
        await Approvals.ApproveAsync(version, Bob, null, Cancel);
        var now = server.Time.GetUtcNow();
        server.Time.AdjustTime(now.AddDays(-400));
        try
        {
            await server.Get<ApprovalReminders>().RemindAsync(Cancel);
            var approved = await Approvals.ApproveAsync(version, Carol, null, Cancel);
            var revoked = await Approvals.RevokeAsync(version, Dan, null, Cancel);
            var again = await Approvals.ApproveAsync(version, Bob, null, Cancel);

            Assert.Equal(0, await RemindedAsync(version));
            Assert.Equal((VersionState.Approved, VersionState.Validated, 1), (approved.State, revoked.State, again.Given));
            Assert.Equal(
                [ApprovalStep.Requested, ApprovalStep.Approved, ApprovalStep.Approved, ApprovalStep.Revoked, ApprovalStep.Approved], again.Decisions.Select(d => d.Step));
        }
        finally
        {
            server.Time.AdjustTime(now);
        }
    }

    private async Task<VersionReference> AddValidatedAsync(ApprovalPolicy policy)
    {
        await Approvals.SetPolicyAsync(_model, policy, Bob, Cancel);
        var version = (await server.RegisterAsync(_model, "1")).Reference;
        await server.Registry.ValidateAsync(version, Passed, Alice.Actor, Cancel);
        return version;
    }

    private Task<DeploymentState> DeployAsync(VersionReference version) => server.Get<IDeployments>().DeployAsync(_model, version, Alice.Actor, null, Cancel);

    private async Task<IReadOnlyList<string>> HistoryAsync(VersionReference version) =>
        [.. (await server.Get<IEventLog>().ReadSubjectAsync($"model/{version}", 100, Cancel)).Select(e => $"{e.Type} {e.Actor}")];

    private async Task<int> RemindedAsync(VersionReference version) => (await HistoryAsync(version)).Count(e => e == "ApprovalReminded policy");

    private async Task<PendingApproval?> PendingAsync(Caller caller) =>
        (await Approvals.ListPendingAsync(caller, Cancel)).SingleOrDefault(p => p.Approval.Version.Model == _model);

    private static Task<SlipwayException> RefusedAsync(Func<Task> act) => Assert.ThrowsAsync<SlipwayException>(act);
}

public sealed class ApprovalOnSqliteTests(MlflowServer server) : ApprovalTests(server), IClassFixture<MlflowServer>;

public sealed class ApprovalOnPostgreSqlTests(PostgreSqlMlflowServer server) : ApprovalTests(server), IClassFixture<PostgreSqlMlflowServer>;
