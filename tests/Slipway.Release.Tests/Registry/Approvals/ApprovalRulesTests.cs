using Slipway.Access;
using Slipway.Core.Names;
using Slipway.Core.Projects;
using Slipway.Registry;
using Slipway.Registry.Approvals;

namespace Slipway.Release.Tests.Registry.Approvals;

public sealed class ApprovalRulesTests
{
    private static readonly DateTimeOffset Noon = new(2026, 5, 4, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void What_is_missing_is_listed_a_sentence_each()
    {
        var policy = new ApprovalPolicy { Approvers = 2, Gates = ["performance", "fairness"], Documents = ["card"] };
        var facts = Facts(policy, Approved(1, "bob")) with { Gates = new Dictionary<string, bool> { ["performance.rmse"] = true, ["performance.r2"] = false } };

        Assert.Equal(
            [
                "The gate performance has not passed.",
                "The gate fairness has not passed.",
                "The document card is missing.",
                "2 approvals of different people are needed (an approver or an admin), and it has 1, of bob.",
            ],
            ApprovalRules.Missing(facts, Noon));
        Assert.Empty(ApprovalRules.Missing(
            Facts(policy, Approved(1, "bob"), Approved(2, "carol")) with
            {
                Gates = new Dictionary<string, bool> { ["performance.rmse"] = true, ["fairness.parity"] = true },
                Documents = new HashSet<string> { "card" },
            },
            Noon));
    }

    [Fact]
    public void Two_approvals_of_one_person_are_one()
    {
        var facts = Facts(new ApprovalPolicy { Approvers = 2 }, Approved(1, "bob"), Approved(2, "bob"));

        Assert.Equal(1, ApprovalRules.Given(facts, Noon));
        Assert.Contains("and it has 1, of bob.", Assert.Single(ApprovalRules.Missing(facts, Noon)), StringComparison.Ordinal);
    }

    [Fact]
    public void Authors_approve_their_own_only_where_the_policy_says_so_or_nobody_is_signed_in()
    {
        Assert.Equal(0, Own(selfReview: null, authenticated: true));
        Assert.Equal(1, Own(selfReview: null, authenticated: false));
        Assert.Equal(0, Own(selfReview: false, authenticated: false));
        Assert.Equal(1, Own(selfReview: true, authenticated: true));

        static int Own(bool? selfReview, bool authenticated) =>
            ApprovalRules.Given(Facts(new ApprovalPolicy { SelfReview = selfReview }, Approved(1, "alice") with { Authenticated = authenticated }), Noon);
    }

    [Fact]
    public void An_approval_ends_and_says_when_it_did()
    {
        var facts = Facts(new ApprovalPolicy { Expires = TimeSpan.FromDays(30) }, Approved(1, "bob"));

        Assert.Equal(Noon.AddDays(30), ApprovalRules.ExpiresAt(facts, Noon));
        Assert.Empty(ApprovalRules.Missing(facts, Noon.AddDays(30).AddTicks(-1)));
        Assert.Contains(
            "The approval of bob expired on 2026-06-03 12:00 UTC: approvals hold for 30 d.", ApprovalRules.Missing(facts, Noon.AddDays(30)));
        Assert.Null(ApprovalRules.ExpiresAt(facts, Noon.AddDays(30)));
    }

    [Fact]
    public void Of_several_approvals_the_one_that_leaves_too_few_ends_it()
    {
        var facts = Facts(
            new ApprovalPolicy { Approvers = 2, Expires = TimeSpan.FromDays(10) }, Approved(1, "bob"), Approved(2, "carol") with { At = Noon.AddDays(3) }, Approved(3, "dan") with { At = Noon.AddDays(5) });

        Assert.Equal(Noon.AddDays(13), ApprovalRules.ExpiresAt(facts, Noon.AddDays(6)));
    }

    [Fact]
    public void A_clock_that_went_back_makes_no_approval_older_and_the_order_is_that_of_the_events()
    {
        var policy = new ApprovalPolicy { Expires = TimeSpan.FromDays(1) };
        var later = Approved(1, "bob") with { At = Noon.AddDays(400) };

        Assert.Empty(ApprovalRules.Missing(Facts(policy, later), Noon));

        // Revoked after it, although the clock says before it.
        var revoked = new ApprovalDecision(2, ApprovalStep.Revoked, "carol", Role.Approver, true, Noon, "too slow.");
        Assert.Contains("carol took the approval back on 2026-05-04 12:00 UTC: too slow.", ApprovalRules.Missing(Facts(policy, later, revoked), Noon));
        Assert.Empty(ApprovalRules.Missing(Facts(policy, later, revoked, Approved(3, "bob") with { At = Noon.AddDays(-1).AddTicks(1) }), Noon));
    }

    [Fact]
    public void A_rule_s_approval_counts_for_nobody_where_people_must_approve()
    {
        var byRule = Approved(1, "policy") with { Role = null };

        Assert.Empty(ApprovalRules.Missing(Facts(ApprovalPolicy.Auto, byRule), Noon));
        Assert.Contains("was given by a rule", string.Join(' ', ApprovalRules.Missing(Facts(ApprovalPolicy.Required, byRule), Noon)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_role_that_the_policy_does_not_name_counts_for_nothing_but_an_admin_s_does()
    {
        var policy = new ApprovalPolicy { Roles = ["admin"] };

        Assert.Equal(0, ApprovalRules.Given(Facts(policy, Approved(1, "bob")), Noon));
        Assert.Equal(1, ApprovalRules.Given(Facts(policy, Approved(1, "bob") with { Role = Role.Admin }), Noon));
        Assert.Equal(1, ApprovalRules.Given(Facts(ApprovalPolicy.Required, Approved(1, "bob") with { Role = Role.Admin }), Noon));
    }

    [Theory]
    [InlineData(VersionState.Draft, "It is a draft")]
    [InlineData(VersionState.Rejected, "It was rejected")]
    [InlineData(VersionState.Deprecated, "It is deprecated")]
    public void No_approval_helps_a_version_in_another_state(VersionState state, string reason)
    {
        var facts = Facts(ApprovalPolicy.Required, Approved(1, "bob"));

        Assert.StartsWith(reason, Assert.Single(ApprovalRules.Missing(facts with { Version = facts.Version with { State = state } }, Noon)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_second_click_adds_nothing_and_after_half_of_its_time_an_approval_is_renewed()
    {
        var facts = Facts(new ApprovalPolicy { Expires = TimeSpan.FromDays(10) }, Approved(1, "bob"));

        Assert.True(ApprovalRules.AddsNothing(facts, "bob", Noon.AddDays(4)));
        Assert.False(ApprovalRules.AddsNothing(facts, "bob", Noon.AddDays(6)));
        Assert.False(ApprovalRules.AddsNothing(facts, "carol", Noon));
    }

    [Fact]
    public void What_a_policy_asks_for_less_is_named()
    {
        var strict = new ApprovalPolicy
        {
            Approvers = 2,
            Roles = ["admin"],
            SelfReview = false,
            Gates = ["fairness"],
            Documents = ["card"],
            Expires = TimeSpan.FromDays(30),
            CommentRequired = true,
        };

        Assert.Equal(["nobody would have to approve any more"], PolicyComparison.Weaker(strict, ApprovalPolicy.Auto));
        Assert.Equal(
            [
                "1 instead of 2 would have to approve",
                "the role approver would be enough",
                "authors could approve their own versions",
                "the gate fairness would not be needed",
                "the document card would not be needed",
                "approvals would no longer expire",
                "no comment would be demanded",
            ],
            PolicyComparison.Weaker(strict, ApprovalPolicy.Required));
        Assert.Equal(["an approval would hold for 60 d instead of 30 d"], PolicyComparison.Weaker(strict, strict with { Expires = TimeSpan.FromDays(60) }));
        Assert.Empty(PolicyComparison.Weaker(ApprovalPolicy.Required, strict));
        Assert.Empty(PolicyComparison.Weaker(ApprovalPolicy.Auto, ApprovalPolicy.Required));
        Assert.Empty(PolicyComparison.Weaker(strict, strict with { Expires = TimeSpan.FromDays(10), Remind = TimeSpan.FromDays(9) }));
        Assert.True(PolicyComparison.AreSame(strict, strict with { Gates = ["fairness"] }));
    }

    private static ApprovalDecision Approved(long position, string actor) => new(position, ApprovalStep.Approved, actor, Role.Approver, Authenticated: true, Noon, null);

    private static ApprovalFacts Facts(ApprovalPolicy policy, params ApprovalDecision[] decisions) => new(
        policy,
        new ModelVersion
        {
            Model = "churn",
            Version = SemanticVersion.First,
            Number = 1,
            ArtifactDigest = "a",
            Format = "f",
            Signature = ReleaseHost.New("m", "a", null).Signature,
            Metrics = new Dictionary<string, double>(),
            Lineage = ReleaseHost.New("m", "a", null).Lineage,
            VersionReason = "first version",
            CreatedAt = Noon,
            CreatedBy = "alice",
            State = decisions.Length > 0 ? VersionState.Approved : VersionState.Validated,
        },
        decisions,
        new Dictionary<string, bool>(),
        new HashSet<string>());
}
