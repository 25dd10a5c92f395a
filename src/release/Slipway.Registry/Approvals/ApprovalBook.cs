using Slipway.Access;
using Slipway.Core;
using Slipway.Core.Errors;
using Slipway.Core.Names;
using Slipway.Core.Projects;
using Slipway.Storage.Events;

namespace Slipway.Registry.Approvals;

/// <inheritdoc/>
/// <param name="versions">The versions.</param>
/// <param name="store">Policies and decisions.</param>
/// <param name="registry">Fetches versions, with a sentence where there is none.</param>
/// <param name="reader">Reads what decides.</param>
/// <param name="time">The clock.</param>
internal sealed class ApprovalBook(ModelVersionStore versions, ApprovalStore store, IModelRegistry registry, ApprovalReader reader, TimeProvider time) : IApprovals
{
    // A version is talked about a little; whoever automates comments must not make each answer about it grow without bound.
    private const int MaxSteps = 500;

    public async Task<Approval> GetAsync(VersionReference version, Caller caller, CancellationToken cancellationToken) =>
        await reader.DescribeAsync((await ReadAsync(version, cancellationToken)).Facts, caller, cancellationToken);

    public Task<Approval> RequestAsync(VersionReference version, Caller caller, string? comment, CancellationToken cancellationToken)
    {
        var words = DecisionReason.Check(comment);
        return DecideAsync(version, caller, async facts =>
        {
            if (facts.Version.State == VersionState.Draft)
            {
                facts.Version.Approve();
            }

            var missing = ApprovalRules.Missing(facts, time.GetUtcNow());
            if (facts.Version.State is VersionState.Rejected or VersionState.Deprecated || missing.Count == 0)
            {
                throw new SlipwayException(
                    ErrorKind.Conflict, $"{version} needs no approval: {(missing.Count == 0 ? "it may be deployed as it is." : $"it is {Word(facts.Version.State)}, which is final.")}");
            }

            return await store.FindRequestAsync(version, cancellationToken) is null
                ? new Change(Step(ApprovalStep.Requested, caller, words), facts.Version.State, IsOpen: true, new ApprovalRequested(version, words, missing, caller.Actor))
                : words is null ? null : Comment(facts, caller, words);
        }, cancellationToken);
    }

    public Task<Approval> CommentAsync(VersionReference version, Caller caller, string? comment, CancellationToken cancellationToken)
    {
        var words = DecisionReason.Check(comment) ?? throw new SlipwayException(ErrorKind.InvalidInput, $"The comment on {version} is empty. Say something, or leave it.");
        return DecideAsync(version, caller, facts => Task.FromResult<Change?>(Comment(facts, caller, words)), cancellationToken);
    }

    public Task<Approval> ApproveAsync(VersionReference version, Caller caller, string? comment, CancellationToken cancellationToken)
    {
        var words = DecisionReason.Check(comment);
        return DecideAsync(version, caller, facts => Task.FromResult(Approve(facts, caller, words)), cancellationToken);
    }

    public Task<Approval> RevokeAsync(VersionReference version, Caller caller, string? reason, CancellationToken cancellationToken)
    {
        var words = DecisionReason.Check(reason);
        DemandRight(version, caller, "take its approval back");
        return DecideAsync(version, caller, facts =>
        {
            var approvers = ApprovalRules.Standing(facts.Decisions).Select(d => d.Actor).Distinct(StringComparer.Ordinal).ToArray();
            if (facts.Version.State is VersionState.Rejected or VersionState.Deprecated || approvers.Length == 0)
            {
                throw new SlipwayException(ErrorKind.Conflict, $"{version} is {Word(facts.Version.State)} and has no approval to take back.");
            }

            return Task.FromResult<Change?>(new Change(
                Step(ApprovalStep.Revoked, caller, words), VersionState.Validated, IsOpen: false, new ApprovalRevoked(version, approvers, words, caller.Actor)));
        }, cancellationToken);
    }

    public Task<Approval> RejectAsync(VersionReference version, Caller caller, string? reason, CancellationToken cancellationToken)
    {
        var words = DecisionReason.Check(reason);
        DemandRight(version, caller, "reject it");
        return DecideAsync(version, caller, facts =>
        {
            var before = facts.Version.State;
            var after = facts.Version.Reject().State;
            DemandComment(facts, words);
            return Task.FromResult(after == before ? null : new Change(null, after, IsOpen: false, new VersionRejected(version, before, words, caller.Actor)));
        }, cancellationToken);
    }

    public Task<Approval> DeprecateAsync(VersionReference version, Caller caller, string? reason, CancellationToken cancellationToken)
    {
        var words = DecisionReason.Check(reason);
        DemandRight(version, caller, "deprecate it");
        return DecideAsync(version, caller, async facts =>
        {
            var before = facts.Version.State;
            var after = facts.Version.Deprecate().State;
            if (after == before)
            {
                return null;
            }

            // Its artifact may be deleted from then on, so whoever needs it must have let go of it.
            if (await reader.ListDeploymentsAsync(version, cancellationToken) is { Count: > 0 } deployments)
            {
                throw new SlipwayException(ErrorKind.Conflict, $"{version} cannot be deprecated while it is deployed: {string.Join(", ", deployments)} has it. Deploy another version there first.");
            }

            return new Change(null, after, IsOpen: false, new VersionDeprecated(version, before, words, caller.Actor));
        }, cancellationToken);
    }

    public async Task<ModelVersion> SettleAsync(VersionReference version, Actor asker, bool request, CancellationToken cancellationToken)
    {
        while (true)
        {
            var (facts, kept) = await ReadAsync(version, cancellationToken);
            if (facts.Version.State != VersionState.Validated)
            {
                return facts.Version;
            }

            Change change;
            if (facts.Policy.Automatic && facts.Decisions.All(d => d.Step != ApprovalStep.Revoked))
            {
                const string Why = "deploy.approval: auto";
                change = new Change(
                    new ApprovalDecision(0, ApprovalStep.Approved, Actor.Policy.Name, null, Authenticated: false, time.GetUtcNow(), Why),
                    VersionState.Approved,
                    IsOpen: false,
                    new VersionApproved(version, Why, Actor.Policy));
            }
            else if (request && await store.FindRequestAsync(version, cancellationToken) is null)
            {
                const string Why = "a run of its project would deploy it";
                change = new Change(
                    new ApprovalDecision(0, ApprovalStep.Requested, asker.Name, null, Authenticated: false, time.GetUtcNow(), Why),
                    facts.Version.State,
                    IsOpen: true,
                    new ApprovalRequested(version, Why, ApprovalRules.Missing(facts, time.GetUtcNow()), asker));
            }
            else
            {
                return facts.Version;
            }

            if (await TryAsync(facts, kept, change, cancellationToken))
            {
                return facts.Version with { State = change.After };
            }
        }
    }

    public async Task<IReadOnlyList<string>> ListMissingAsync(VersionReference version, string? instead, CancellationToken cancellationToken)
    {
        var (facts, _) = await ReadAsync(version, cancellationToken);
        var now = time.GetUtcNow();
        var missing = ApprovalRules.Missing(facts, now);
        if (instead is null || instead == version.Model)
        {
            return missing;
        }

        // Otherwise a name with a lenient policy of its own would be a way around the strict one of a deployment.
        var (others, _) = await ReadAsync(version, await store.FindPolicyAsync(instead, cancellationToken), cancellationToken);
        return [.. missing, .. ApprovalRules.Missing(others, now).Except(missing).Select(lack => $"For the callers of {instead}: {lack}")];
    }

    public Task<IReadOnlyList<PendingApproval>> ListPendingAsync(Caller caller, CancellationToken cancellationToken) => reader.ListPendingAsync(caller, time.GetUtcNow(), cancellationToken);

    public async Task<ApprovalPolicy> GetPolicyAsync(string model, CancellationToken cancellationToken) =>
        await store.FindPolicyAsync(model, cancellationToken) ?? ApprovalPolicy.Required;

    public async Task CheckPolicyAsync(string model, ApprovalPolicy policy, Caller caller, CancellationToken cancellationToken) =>
        await WeakerAsync(model, await store.FindPolicyAsync(model, cancellationToken), policy, caller, cancellationToken);

    public async Task SetPolicyAsync(string model, ApprovalPolicy policy, Caller caller, CancellationToken cancellationToken)
    {
        while (true)
        {
            var before = await store.FindPolicyAsync(model, cancellationToken);
            if (before is not null && PolicyComparison.AreSame(before, policy))
            {
                return;
            }

            var weaker = await WeakerAsync(model, before, policy, caller, cancellationToken);
            var changed = new ApprovalPolicyChanged(model, before, policy, weaker, caller.Actor);
            if (await store.TrySetPolicyAsync(model, before, changed, time.GetUtcNow(), cancellationToken))
            {
                break;
            }
        }

        // What asks for less may be satisfied by what was given already.
        foreach (var version in await versions.ListAsync(model, VersionState.Validated, cancellationToken))
        {
            await CompleteAsync(version.Reference, cancellationToken);
        }
    }

    private async Task<IReadOnlyList<string>> WeakerAsync(string model, ApprovalPolicy? kept, ApprovalPolicy policy, Caller caller, CancellationToken cancellationToken)
    {
        // A model that begins with its file has nothing to guard yet.
        var before = kept ?? (await store.HasVersionsAsync(model, cancellationToken) ? ApprovalPolicy.Required : ApprovalPolicy.Auto);
        var weaker = PolicyComparison.Weaker(before, policy);
        return weaker.Count == 0 || caller.May(Permission.Approve)
            ? weaker
            : throw new SlipwayException(
                ErrorKind.Forbidden,
                $"deploy.approval of {model} would ask for less than now ({string.Join("; ", weaker)}), and that needs the right to approve, which {caller.Actor} does not have. Keep it as it is, or ask an approver to apply the file.");
    }

    // Each of its approvals was somebody's decision; that they are enough now follows from who changed the policy.
    private async Task CompleteAsync(VersionReference version, CancellationToken cancellationToken)
    {
        while (true)
        {
            var (facts, kept) = await ReadAsync(version, cancellationToken);
            if (facts.Version.State != VersionState.Validated || facts.Policy.Automatic || ApprovalRules.Missing(facts, time.GetUtcNow()).Count > 0)
            {
                return;
            }

            var approved = new VersionApproved(version, "the approvals that it has are enough by the changed policy", Actor.Policy);
            if (await TryAsync(facts, kept, new Change(null, VersionState.Approved, IsOpen: false, approved), cancellationToken))
            {
                return;
            }
        }
    }

    private Change? Approve(ApprovalFacts facts, Caller caller, string? words)
    {
        var version = facts.Version.Reference;
        facts.Version.Approve();
        if (ApprovalRules.Obstacle(facts, caller) is { } obstacle)
        {
            throw obstacle;
        }

        var now = time.GetUtcNow();
        if (ApprovalRules.AddsNothing(facts, caller.Actor.Name, now))
        {
            return null;
        }

        DemandComment(facts, words);
        var step = Step(ApprovalStep.Approved, caller, words);
        var after = facts.With(step with { Position = long.MaxValue });
        var isComplete = facts.Policy.Automatic || ApprovalRules.Missing(after, now).Count == 0;
        var state = isComplete ? VersionState.Approved : facts.Version.State;
        IEvent happened = state != facts.Version.State
            ? new VersionApproved(version, words, caller.Actor) { Role = caller.Role, Authenticated = caller.IsAuthenticated }
            : new ApprovalGiven(
                version, facts.Policy.Automatic ? 1 : ApprovalRules.Given(after, now), facts.Policy.Automatic ? 1 : facts.Policy.Approvers, words, caller.Role, caller.IsAuthenticated, caller.Actor);
        return new Change(step, state, IsOpen: !isComplete, happened);
    }

    private Change Comment(ApprovalFacts facts, Caller caller, string words)
    {
        if (facts.Decisions.Count >= MaxSteps)
        {
            throw new SlipwayException(ErrorKind.TooLarge, $"{facts.Version.Reference} has {facts.Decisions.Count} comments and decisions, and no more comments than {MaxSteps} are kept. Write elsewhere, and link to it from a decision.");
        }

        return new Change(Step(ApprovalStep.Commented, caller, words), facts.Version.State, IsOpen: true, new ApprovalCommented(facts.Version.Reference, words, caller.Actor));
    }

    private async Task<Approval> DecideAsync(VersionReference version, Caller caller, Func<ApprovalFacts, Task<Change?>> decide, CancellationToken cancellationToken)
    {
        // When somebody else decided in between, the rules judge again by what they made of it.
        while (true)
        {
            var (facts, kept) = await ReadAsync(version, cancellationToken);
            if (await decide(facts) is not { } change)
            {
                return await reader.DescribeAsync(facts, caller, cancellationToken);
            }

            if (await TryAsync(facts, kept, change, cancellationToken))
            {
                return await GetAsync(version, caller, cancellationToken);
            }
        }
    }

    private Task<bool> TryAsync(ApprovalFacts facts, ApprovalPolicy? kept, Change change, CancellationToken cancellationToken) =>
        store.TryAddAsync(facts, kept, change.Step, change.After, change.IsOpen, change.Happened, cancellationToken);

    private async Task<(ApprovalFacts Facts, ApprovalPolicy? Kept)> ReadAsync(VersionReference version, CancellationToken cancellationToken) =>
        await ReadAsync(version, await store.FindPolicyAsync(version.Model, cancellationToken), cancellationToken);

    private async Task<(ApprovalFacts Facts, ApprovalPolicy? Kept)> ReadAsync(VersionReference version, ApprovalPolicy? kept, CancellationToken cancellationToken) =>
        (await reader.ReadAsync(await registry.GetAsync(version, cancellationToken), kept ?? ApprovalPolicy.Required, cancellationToken), kept);

    private ApprovalDecision Step(ApprovalStep step, Caller caller, string? words) =>
        new(0, step, caller.Actor.Name, caller.Role, caller.IsAuthenticated, time.GetUtcNow(), words);

    private static void DemandRight(VersionReference version, Caller caller, string what)
    {
        if (!caller.May(Permission.Approve))
        {
            throw new SlipwayException(ErrorKind.Forbidden, $"{caller.Actor} is {caller.Role.Name()} and may not decide about {version}. Ask an approver or an admin to {what}.");
        }
    }

    private static void DemandComment(ApprovalFacts facts, string? words)
    {
        if (words is null && facts.Policy is { Automatic: false, CommentRequired: true })
        {
            throw new SlipwayException(ErrorKind.InvalidInput, $"{facts.Version.Model} demands a comment with each decision. Say why, with --reason or as 'reason'.");
        }
    }

    private static string Word(VersionState state) => state.ToString().ToLowerInvariant();

    private sealed record Change(ApprovalDecision? Step, VersionState After, bool IsOpen, IEvent Happened);
}
