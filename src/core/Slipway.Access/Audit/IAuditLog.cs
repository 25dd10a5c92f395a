using Slipway.Core;

namespace Slipway.Access.Audit;

/// <summary>
/// Who did what, when, to what, from where, with what outcome. Append-only. Every state-changing route is recorded by one middleware, so no handler can
/// forget it; secrets and bodies never enter.
/// </summary>
public interface IAuditLog
{
    /// <summary>Appends an entry; durable when it returns.</summary>
    Task AppendAsync(AuditEntry entry, CancellationToken cancellationToken);

    /// <summary>Entries, newest first.</summary>
    Task<IReadOnlyList<AuditEntry>> ListAsync(AuditQuery query, CancellationToken cancellationToken);

    /// <summary>The newest entries, newest first.</summary>
    Task<IReadOnlyList<AuditEntry>> ListAsync(int limit, CancellationToken cancellationToken) => ListAsync(new AuditQuery(limit), cancellationToken);
}

/// <summary>One line of the audit.</summary>
/// <param name="At">When (UTC).</param>
/// <param name="Actor">Who.</param>
/// <param name="Action">What: the route's name, such as <c>ApproveVersion</c>.</param>
/// <param name="Target">To what: the route's values, such as <c>bike-demand@1.0.0</c>.</param>
/// <param name="Source">From where: the caller's address.</param>
/// <param name="Outcome">HTTP status, such as 200 or 409.</param>
public sealed record AuditEntry(DateTimeOffset At, Actor Actor, string Action, string Target, string Source, int Outcome);
