using Slipway.Core;

namespace Slipway.Access;

/// <summary>Who is calling, and what it is here.</summary>
/// <param name="Actor">The name that events and the audit keep.</param>
/// <param name="Role">What it may do.</param>
/// <param name="IsAuthenticated">False while authentication is off: then anybody who reaches this machine's loopback is <see cref="Actor.Local"/> and may do everything.</param>
public sealed record Caller(Actor Actor, Role Role, bool IsAuthenticated)
{
    /// <summary>Whoever has access to this machine, while authentication is off.</summary>
    public static Caller Local { get; } = new(Actor.Local, Role.Admin, IsAuthenticated: false);
}
