using System.Text.Json;
using Slipway.Access;
using Slipway.Core.Names;
using Slipway.Core.Projects;
using Slipway.Storage.Events;

namespace Slipway.Registry.Approvals;

/// <summary>Gathers what decides about a version, and tells it.</summary>
/// <param name="versions">The versions.</param>
/// <param name="store">Policies, decisions and requests.</param>
/// <param name="events">Has the gates' results.</param>
/// <param name="roles">Where versions are deployed.</param>
/// <param name="documents">Fetched late: what keeps documents may tell of approvals in them.</param>
/// <param name="time">The clock.</param>
internal sealed class ApprovalReader(
    ModelVersionStore versions, ApprovalStore store, IEventLog events, Func<IEnumerable<IVersionRoles>> roles, Func<IEnumerable<IVersionDocuments>> documents, TimeProvider time)
{
    private const int MaxPending = 200;
    private const int MaxEvents = 1000;

    /// <summary>What decides about a version under a policy.</summary>
    public async Task<ApprovalFacts> ReadAsync(ModelVersion version, ApprovalPolicy policy, CancellationToken cancellationToken)
    {
        var decisions = await store.ListAsync(version.Reference, cancellationToken);
        var gates = policy is { Automatic: false, Gates.Count: > 0 } ? await ReadGatesAsync(version.Reference, cancellationToken) : new Dictionary<string, bool>();
        return new ApprovalFacts(policy, version, decisions, gates, await ReadDocumentsAsync(version.Reference, policy, cancellationToken));
    }

    /// <summary>How the approval stands.</summary>
    public async Task<Approval> DescribeAsync(ApprovalFacts facts, Caller caller, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var version = facts.Version;
        var obstacle = version.State is VersionState.Validated or VersionState.Approved
            ? ApprovalRules.Obstacle(facts, caller)?.Message
            : $"{version.Reference} is {version.State.ToString().ToLowerInvariant()}.";
        var adds = obstacle is null && !ApprovalRules.AddsNothing(facts, caller.Actor.Name, now);
        return new Approval(version.Reference, version.State, version.CreatedBy, facts.Policy, facts.Decisions, ApprovalRules.Missing(facts, now))
        {
            Given = facts.Policy.Automatic ? 0 : ApprovalRules.Given(facts, now),
            Request = await store.FindRequestAsync(version.Reference, cancellationToken),
            ExpiresAt = ApprovalRules.ExpiresAt(facts, now),
            MayApprove = adds,
            WhyNot = adds ? null : obstacle ?? $"{caller.Actor} has approved {version.Reference}, or nothing is missing.",
        };
    }

    /// <summary>The deployments that have a version now.</summary>
    public async Task<IReadOnlyList<string>> ListDeploymentsAsync(VersionReference version, CancellationToken cancellationToken) =>
        [.. (await ListRolesAsync(cancellationToken)).Where(role => role.Version == version).Select(role => role.Deployment)];

    /// <summary>What waits for somebody's approval at a moment, which is now.</summary>
    public async Task<IReadOnlyList<PendingApproval>> ListPendingAsync(Caller caller, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var deployed = await ListRolesAsync(cancellationToken);
        var pending = new List<PendingApproval>();
        foreach (var request in await store.ListRequestsAsync(MaxPending, cancellationToken))
        {
            if (await FindAsync(request.Version, cancellationToken) is { } facts)
            {
                pending.Add(new PendingApproval(await DescribeAsync(facts, caller, cancellationToken), "waiting", request.Since, Where(request.Version)));
            }
        }

        foreach (var live in deployed.Where(role => role.IsStable).Select(role => role.Version).Distinct().Where(live => pending.TrueForAll(p => p.Approval.Version != live)))
        {
            if (await FindAsync(live, cancellationToken) is { } facts && Lapse(facts, now) is { } lapse)
            {
                pending.Add(new PendingApproval(await DescribeAsync(facts, caller, cancellationToken), lapse.About, lapse.Since, Where(live)));
            }
        }

        return [.. pending.Take(MaxPending)];

        IReadOnlyList<string> Where(VersionReference version) => [.. deployed.Where(role => role.Version == version).Select(role => role.Deployment)];
    }

    /// <summary>What decides about a version now, or null when there is none.</summary>
    public async Task<ApprovalFacts?> FindAsync(VersionReference reference, CancellationToken cancellationToken) => await versions.FindAsync(reference, cancellationToken) is { } version
        ? await ReadAsync(version, await store.FindPolicyAsync(reference.Model, cancellationToken) ?? ApprovalPolicy.Required, cancellationToken)
        : null;

    // Of a live version: its approval ends within the time of a reminder, or has ended, or was taken back.
    private static (string About, DateTimeOffset Since)? Lapse(ApprovalFacts facts, DateTimeOffset now)
    {
        if (ApprovalRules.ExpiresAt(facts, now) is { } ends)
        {
            return ends - now <= facts.Policy.Remind ? ("expiring", ends) : null;
        }

        return ApprovalRules.Missing(facts, now).Count == 0
            ? null
            : ("lapsed", facts.Decisions.LastOrDefault(d => d.Step is ApprovalStep.Revoked or ApprovalStep.Approved)?.At ?? facts.Version.CreatedAt);
    }

    private async Task<IReadOnlyList<VersionRole>> ListRolesAsync(CancellationToken cancellationToken)
    {
        var all = new List<VersionRole>();
        foreach (var provider in roles())
        {
            all.AddRange(await provider.ListAsync(cancellationToken));
        }

        return all;
    }

    // The validation is one of a version's first events, and is never repeated.
    private async Task<IReadOnlyDictionary<string, bool>> ReadGatesAsync(VersionReference version, CancellationToken cancellationToken)
    {
        var validated = (await events.ReadSubjectAsync(VersionSubject.Of(version), MaxEvents, cancellationToken)).LastOrDefault(e => e.Type == nameof(VersionValidated));
        var gates = new Dictionary<string, bool>(StringComparer.Ordinal);
        if (validated is null)
        {
            return gates;
        }

        using var document = JsonDocument.Parse(validated.Data);
        var evidence = document.RootElement.GetProperty("evidence");
        var results = evidence.ValueKind == JsonValueKind.Object && evidence.TryGetProperty("gates", out var list) ? list : evidence;
        if (results.ValueKind != JsonValueKind.Array)
        {
            return gates;
        }

        foreach (var result in results.EnumerateArray().Where(r => r.ValueKind == JsonValueKind.Object))
        {
            if (Text(result, "gate") is { } name)
            {
                gates[name] = Text(result, "verdict") == "pass";
            }
        }

        return gates;

        static string? Text(JsonElement of, string property) => of.TryGetProperty(property, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
    }

    private async Task<IReadOnlySet<string>> ReadDocumentsAsync(VersionReference version, ApprovalPolicy policy, CancellationToken cancellationToken)
    {
        var there = new HashSet<string>(StringComparer.Ordinal);
        foreach (var name in policy.Automatic ? [] : policy.Documents)
        {
            foreach (var keeper in documents())
            {
                if (await keeper.HasAsync(version, name, cancellationToken))
                {
                    there.Add(name);
                }
            }
        }

        return there;
    }
}
