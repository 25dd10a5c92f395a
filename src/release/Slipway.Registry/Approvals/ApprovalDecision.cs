using Slipway.Access;
using Slipway.Core.Names;

namespace Slipway.Registry.Approvals;

/// <summary>What somebody did about the approval of a version.</summary>
public enum ApprovalStep
{
    /// <summary>Asked for approval.</summary>
    Requested,

    /// <summary>Said something, which decides nothing.</summary>
    Commented,

    /// <summary>Approved it.</summary>
    Approved,

    /// <summary>Took back every approval given until then.</summary>
    Revoked,

    /// <summary>Was reminded: a rule of Slipway's own, which decides nothing.</summary>
    Reminded,
}

/// <summary>One step on the way of a version to its approval. Never changed; its order is that of its event.</summary>
/// <param name="Position">The event's position, which orders steps whatever the clock said.</param>
/// <param name="Step">What was done.</param>
/// <param name="Actor">By whom.</param>
/// <param name="Role">What the actor was then; null for a rule of Slipway's own.</param>
/// <param name="Authenticated">False where authentication was off: anybody at this machine may have been the actor.</param>
/// <param name="At">When, by the server's clock (UTC).</param>
/// <param name="Comment">The actor's words, or null.</param>
public sealed record ApprovalDecision(long Position, ApprovalStep Step, string Actor, Role? Role, bool Authenticated, DateTimeOffset At, string? Comment);

/// <summary>A version for which approval was asked and that waits.</summary>
/// <param name="Version">Which.</param>
/// <param name="Since">Since when (UTC).</param>
/// <param name="By">Who asked.</param>
/// <param name="Comment">What it was asked for, or null.</param>
public sealed record ApprovalRequest(VersionReference Version, DateTimeOffset Since, string By, string? Comment);
