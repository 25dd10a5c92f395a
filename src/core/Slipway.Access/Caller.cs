using Slipway.Access.Authentication;
using Slipway.Access.Scopes;
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

    /// <summary>Somebody who has not said who they are, while authentication is on. Only what is open to anybody is open to them.</summary>
    public static Caller Anonymous { get; } = new(new Actor("anonymous"), Role.Viewer, IsAuthenticated: false);

    /// <summary>What it is limited to; <see cref="Scope.Everything"/> where it is not.</summary>
    public Scope Scope { get; init; } = Scope.Everything;

    // The key that it showed, for what goes on after the request was let in: a stream, an open page.
    internal KnownKey? Key { get; init; }

    // When the token ends that it showed.
    internal DateTimeOffset? Until { get; init; }

    /// <summary>True when it may do what <paramref name="permission"/> says, wherever its scope reaches.</summary>
    public bool May(Permission permission) => permission is Permission.Anonymous || (!ReferenceEquals(this, Anonymous) && Role.Allows(permission));
}
