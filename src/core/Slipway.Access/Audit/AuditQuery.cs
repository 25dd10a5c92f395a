namespace Slipway.Access.Audit;

/// <summary>Which entries of the audit: the newest of those for which all that is given holds.</summary>
/// <param name="Limit">The most entries.</param>
/// <param name="Who">The actor's name, to the letter.</param>
/// <param name="What">A part of the action and its target, such as <c>approve</c> or <c>bike-demand@1.1.0</c>; capital letters or small.</param>
/// <param name="Since">Not before this moment.</param>
public sealed record AuditQuery(int Limit, string? Who = null, string? What = null, DateTimeOffset? Since = null);
