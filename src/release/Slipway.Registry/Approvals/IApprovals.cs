using Slipway.Access;
using Slipway.Core;
using Slipway.Core.Errors;
using Slipway.Core.Names;
using Slipway.Core.Projects;

namespace Slipway.Registry.Approvals;

/// <summary>
/// Whether a version may be deployed, and what people do about it. What is demanded is the policy in force for its model. Each step is an event with who, when and why; of callers at once,
/// every one counts.
/// </summary>
public interface IApprovals
{
    /// <summary>How the approval of a version stands, as <paramref name="caller"/> sees it.</summary>
    Task<Approval> GetAsync(VersionReference version, Caller caller, CancellationToken cancellationToken);

    /// <summary>Asks for approval. Asking again while it waits changes nothing, but keeps a comment. <see cref="ErrorKind.Conflict"/> when nothing is missing or approval cannot help.</summary>
    Task<Approval> RequestAsync(VersionReference version, Caller caller, string? comment, CancellationToken cancellationToken);

    /// <summary>Keeps a comment, which decides nothing.</summary>
    Task<Approval> CommentAsync(VersionReference version, Caller caller, string? comment, CancellationToken cancellationToken);

    /// <summary>Approves. The version is approved when its policy is satisfied, and stays validated until then. The same again changes nothing, unless it renews an approval that has used half of its time.</summary>
    /// <exception cref="SlipwayException"><see cref="ErrorKind.Forbidden"/>: not this caller. <see cref="ErrorKind.Conflict"/>: not this version, or not yet.</exception>
    Task<Approval> ApproveAsync(VersionReference version, Caller caller, string? comment, CancellationToken cancellationToken);

    /// <summary>Takes back every approval given so far. A rollout that tries the version takes it back; where it answers already it goes on, and that is shown.</summary>
    Task<Approval> RevokeAsync(VersionReference version, Caller caller, string? reason, CancellationToken cancellationToken);

    /// <summary>Says that a version must not be used; final.</summary>
    Task<Approval> RejectAsync(VersionReference version, Caller caller, string? reason, CancellationToken cancellationToken);

    /// <summary>Says that a version should no longer be used; final. <see cref="ErrorKind.Conflict"/> while a deployment has it.</summary>
    Task<Approval> DeprecateAsync(VersionReference version, Caller caller, string? reason, CancellationToken cancellationToken);

    /// <summary>Approves a validated version where the policy is automatic, and nobody has ever taken its approval back; else asks for approval in the name of <paramref name="asker"/> where <paramref name="request"/> says so.</summary>
    Task<ModelVersion> SettleAsync(VersionReference version, Actor asker, bool request, CancellationToken cancellationToken);

    /// <summary>
    /// What the version lacks to be deployed, a sentence each; empty when it may be. <paramref name="instead"/> names the model that answers now: whoever takes over its callers needs what its policy demands, too.
    /// </summary>
    Task<IReadOnlyList<string>> ListMissingAsync(VersionReference version, string? instead, CancellationToken cancellationToken);

    /// <summary>What waits: versions with an open request, and live ones whose approval ends soon or has ended; the newest first, at most 200.</summary>
    Task<IReadOnlyList<PendingApproval>> ListPendingAsync(Caller caller, CancellationToken cancellationToken);

    /// <summary>The policy in force: the kept one, else <see cref="ApprovalPolicy.Required"/>.</summary>
    Task<ApprovalPolicy> GetPolicyAsync(string model, CancellationToken cancellationToken);

    /// <summary>Refuses a policy that <paramref name="caller"/> may not set.</summary>
    /// <exception cref="SlipwayException"><see cref="ErrorKind.Forbidden"/>: it asks for less than the one in force, and the caller may not approve.</exception>
    Task CheckPolicyAsync(string model, ApprovalPolicy policy, Caller caller, CancellationToken cancellationToken);

    /// <summary>Sets the policy of a model, after <see cref="CheckPolicyAsync"/>. The same again changes nothing.</summary>
    Task SetPolicyAsync(string model, ApprovalPolicy policy, Caller caller, CancellationToken cancellationToken);
}

/// <summary>How the approval of a version stands.</summary>
/// <param name="Version">Which version.</param>
/// <param name="State">What was decided about it.</param>
/// <param name="CreatedBy">Who registered it.</param>
/// <param name="Policy">What is demanded.</param>
/// <param name="Decisions">What people did, oldest first.</param>
/// <param name="Missing">What it lacks to be deployed, a sentence each; empty when it may be.</param>
public sealed record Approval(
    VersionReference Version, VersionState State, string CreatedBy, ApprovalPolicy Policy, IReadOnlyList<ApprovalDecision> Decisions, IReadOnlyList<string> Missing)
{
    /// <summary>How many approvals count now.</summary>
    public int Given { get; init; }

    /// <summary>The open request, or null.</summary>
    public ApprovalRequest? Request { get; init; }

    /// <summary>When its approval ends (UTC); null when never, or when it has none.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>True when whoever asks may approve it now.</summary>
    public bool MayApprove { get; init; }

    /// <summary>Why not, or null.</summary>
    public string? WhyNot { get; init; }
}

/// <summary>A version that waits for somebody's approval.</summary>
/// <param name="Approval">How it stands.</param>
/// <param name="About"><c>waiting</c> for approval, or live with an approval that is <c>expiring</c> or has <c>lapsed</c>.</param>
/// <param name="Since">Since when it waits, or when its approval ends or the reminder of its end became due (UTC).</param>
/// <param name="Deployments">Where it is deployed.</param>
public sealed record PendingApproval(Approval Approval, string About, DateTimeOffset Since, IReadOnlyList<string> Deployments);
