namespace Slipway.Storage.Events;

/// <summary>An event as it was appended.</summary>
/// <param name="Position">Its place in the order of commits: strictly growing, with gaps allowed.</param>
/// <param name="Type">The name of the event's record type, such as <c>VersionApproved</c>.</param>
/// <param name="Subject">What it happened to, such as <c>deployment/bikes</c>.</param>
/// <param name="Actor">Who did it.</param>
/// <param name="At">When it was appended (UTC, from the server's <see cref="TimeProvider"/>).</param>
/// <param name="Data">The event's properties as a JSON object with camel-case names.</param>
public sealed record StoredEvent(long Position, string Type, string Subject, string Actor, DateTimeOffset At, string Data);
