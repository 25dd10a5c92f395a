using System.Globalization;
using Slipway.Access;
using Slipway.Core.Errors;
using Slipway.Core.Projects;
using Slipway.Core.Units;

namespace Slipway.Registry.Approvals;

/// <summary>What a policy demands of a version, and who may approve it. Pure.</summary>
internal static class ApprovalRules
{
    /// <summary>What the version lacks, a sentence each; empty when it may be deployed.</summary>
    public static IReadOnlyList<string> Missing(ApprovalFacts facts, DateTimeOffset now) => facts.Version.State switch
    {
        VersionState.Draft => ["It is a draft and has not passed validation: run its project's gates with `slipway apply`."],
        VersionState.Rejected => ["It was rejected, which is final: use another version."],
        VersionState.Deprecated => ["It is deprecated, which is final: use another version."],
        VersionState.Deleted => ["It is deleted, which is final: use another version."],
        _ => [.. Evidence(facts), .. Approvals(facts, now)],
    };

    /// <summary>What it lacks besides approvals: who approves should have all of it in front of them.</summary>
    public static IEnumerable<string> Evidence(ApprovalFacts facts) => facts.Policy.Automatic
        ? []
        : facts.Policy.Gates.Where(gate => !HasPassed(facts, gate)).Select(gate => $"The gate {gate} has not passed.")
            .Concat(facts.Policy.Documents.Where(document => !facts.Documents.Contains(document)).Select(document => $"The document {document} is missing."));

    /// <summary>Why the caller may not approve the version, or null when it may.</summary>
    public static SlipwayException? Obstacle(ApprovalFacts facts, Caller caller)
    {
        var (policy, version) = (facts.Policy, facts.Version);
        if (!caller.May(Permission.Approve))
        {
            return Forbidden($"{caller.Actor} is {caller.Role.Name()} and may not approve {version.Reference}. Ask an approver or an admin.");
        }

        if (Evidence(facts).ToArray() is { Length: > 0 } evidence)
        {
            return new SlipwayException(ErrorKind.Conflict, $"{version.Reference} cannot be approved yet. {string.Join(' ', evidence)}");
        }

        if (!policy.Automatic && !HasRole(policy, caller.Role))
        {
            return Forbidden($"{caller.Actor} is {caller.Role.Name()}, and {version.Model} needs the approval of {Roles(policy)}.");
        }

        return !policy.Automatic && IsOwn(policy, version, caller.Actor.Name, caller.IsAuthenticated)
            ? Forbidden($"{caller.Actor} registered {version.Reference}, and nobody approves their own version of {version.Model}. Ask somebody else.")
            : null;
    }

    /// <summary>True when the caller's approval would add nothing: nothing is missing, and it does not renew one that ends soon.</summary>
    public static bool AddsNothing(ApprovalFacts facts, string actor, DateTimeOffset now)
    {
        if (Standing(facts.Decisions).LastOrDefault(d => d.Actor == actor) is not { } own)
        {
            return facts.Version.State == VersionState.Approved && facts.Policy.Expires is null && Missing(facts, now).Count == 0;
        }

        // A double click is no second approval; after half of its time, or when it no longer counts, it is a renewal.
        return Counts(facts, own, now) && (facts.Policy.Expires is not { } expires || Age(own, now) < expires / 2);
    }

    /// <summary>When an approved version will lack an approval; null when never, or when it lacks one already.</summary>
    public static DateTimeOffset? ExpiresAt(ApprovalFacts facts, DateTimeOffset now)
    {
        if (facts.Policy is not { Automatic: false, Expires: { } expires } || facts.Version.State != VersionState.Approved)
        {
            return null;
        }

        var counted = Counted(facts, now).Select(d => d.At).OrderDescending().ToArray();
        return counted.Length >= facts.Policy.Approvers ? counted[facts.Policy.Approvers - 1] + expires : null;
    }

    /// <summary>Approvals that nobody took back, in order.</summary>
    public static IEnumerable<ApprovalDecision> Standing(IReadOnlyList<ApprovalDecision> decisions)
    {
        var revoked = decisions.LastOrDefault(d => d.Step == ApprovalStep.Revoked)?.Position ?? long.MinValue;
        return decisions.Where(d => d.Step == ApprovalStep.Approved && d.Position > revoked);
    }

    /// <summary>How many different people's approvals count now.</summary>
    public static int Given(ApprovalFacts facts, DateTimeOffset now) => Counted(facts, now).Count();

    private static IEnumerable<string> Approvals(ApprovalFacts facts, DateTimeOffset now)
    {
        if (facts.Policy.Automatic)
        {
            if (facts.Version.State != VersionState.Approved)
            {
                yield return Revocation(facts) ?? "It is not approved: a run of its project approves what passed its gates, or a person does (`slipway approve`).";
            }

            yield break;
        }

        var given = Counted(facts, now).ToArray();
        if (given.Length >= facts.Policy.Approvers)
        {
            yield break;
        }

        var has = given.Length == 0 ? "none" : $"{given.Length}, of {string.Join(", ", given.Select(d => d.Actor))}";
        var people = facts.Policy.Approvers == 1 ? "1 approval is needed" : $"{facts.Policy.Approvers} approvals of different people are needed";
        yield return $"{people} ({Roles(facts.Policy)}), and it has {has}.";
        if (Revocation(facts) is { } revocation)
        {
            yield return revocation;
        }

        foreach (var decision in Latest(facts).Where(d => !Counts(facts, d, now)))
        {
            yield return Discounted(facts, decision, now);
        }
    }

    private static string? Revocation(ApprovalFacts facts) => facts.Decisions.LastOrDefault(d => d.Step == ApprovalStep.Revoked) is { } revoked
        ? $"{revoked.Actor} took the approval back on {Day(revoked.At)}{(revoked.Comment is null ? "" : $": {revoked.Comment.TrimEnd('.')}")}."
        : null;

    private static string Discounted(ApprovalFacts facts, ApprovalDecision decision, DateTimeOffset now)
    {
        if (HasExpired(facts.Policy, decision, now))
        {
            return $"The approval of {decision.Actor} expired on {Day(decision.At + facts.Policy.Expires!.Value)}: approvals hold for {Duration.Format(facts.Policy.Expires.Value)}.";
        }

        return decision.Role is not { } role
            ? $"The approval of {decision.Actor} was given by a rule and does not count where people must approve."
            : HasRole(facts.Policy, role)
                ? $"The approval of {decision.Actor} does not count: it is their own version."
                : $"The approval of {decision.Actor} does not count: the role was {role.Name()}.";
    }

    private static IEnumerable<ApprovalDecision> Counted(ApprovalFacts facts, DateTimeOffset now) => Latest(facts).Where(d => Counts(facts, d, now));

    // Two clicks of one person are one approval, the newer one.
    private static IEnumerable<ApprovalDecision> Latest(ApprovalFacts facts) =>
        Standing(facts.Decisions).GroupBy(d => d.Actor, StringComparer.Ordinal).Select(own => own.MaxBy(d => d.Position)!);

    private static bool Counts(ApprovalFacts facts, ApprovalDecision decision, DateTimeOffset now) => facts.Policy.Automatic
        || (decision.Role is { } role && HasRole(facts.Policy, role)
            && !IsOwn(facts.Policy, facts.Version, decision.Actor, decision.Authenticated)
            && !HasExpired(facts.Policy, decision, now));

    private static bool HasExpired(ApprovalPolicy policy, ApprovalDecision decision, DateTimeOffset now) => policy.Expires is { } expires && Age(decision, now) >= expires;

    // A clock that was set back makes nothing younger than new.
    private static TimeSpan Age(ApprovalDecision decision, DateTimeOffset now) => now > decision.At ? now - decision.At : TimeSpan.Zero;

    private static bool IsOwn(ApprovalPolicy policy, ModelVersion version, string actor, bool authenticated) =>
        actor == version.CreatedBy && !(policy.SelfReview ?? !authenticated);

    private static bool HasRole(ApprovalPolicy policy, Role role) => role == Role.Admin || policy.Roles.Contains(role.Name());

    private static bool HasPassed(ApprovalFacts facts, string gate)
    {
        var judged = facts.Gates.Where(g => g.Key == gate || g.Key.StartsWith($"{gate}.", StringComparison.Ordinal)).ToArray();
        return judged.Length > 0 && Array.TrueForAll(judged, g => g.Value);
    }

    private static string Roles(ApprovalPolicy policy) => string.Join(" or ", policy.Roles.Concat(["admin"]).Distinct().Select(role => $"an {role}"));

    private static string Day(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture);

    private static SlipwayException Forbidden(string message) => new(ErrorKind.Forbidden, message);
}
