using Slipway.Core;
using Slipway.Storage.Events;

namespace Slipway.Access.Keys;

/// <summary>A key was made.</summary>
public sealed record KeyCreated(string Id, string Name, Role Role, IReadOnlyCollection<string> Projects, IReadOnlyCollection<string> Deployments, DateTimeOffset? ExpiresAt, int? Rate, Actor Actor) : IEvent
{
    /// <inheritdoc/>
    public string Subject => $"key/{Name}";
}

/// <summary>A key was revoked.</summary>
public sealed record KeyRevoked(string Id, string Name, Actor Actor) : IEvent
{
    /// <inheritdoc/>
    public string Subject => $"key/{Name}";
}
