using Slipway.Access.Scopes;
using Slipway.Core;

namespace Slipway.Access.Keys;

/// <summary>A key as it is kept: everything but the secret.</summary>
public sealed record ApiKey
{
    /// <summary>The first twelve hexadecimal digits of the SHA-256 of the secret.</summary>
    public required string Id { get; init; }

    /// <summary>Who acts with it, in events and in the audit; one key that is not revoked has a name.</summary>
    public required string Name { get; init; }

    /// <summary>What it may do.</summary>
    public required Role Role { get; init; }

    /// <summary>What it is limited to.</summary>
    public Scope Scope { get; init; } = Scope.Everything;

    /// <summary>The most requests a second; null is no limit.</summary>
    public int? Rate { get; init; }

    /// <summary>When it was made.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Who made it.</summary>
    public required Actor CreatedBy { get; init; }

    /// <summary>From when on it is refused; null is never.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>Since when it is revoked; null when it is not.</summary>
    public DateTimeOffset? RevokedAt { get; init; }

    /// <summary>Who revoked it.</summary>
    public Actor? RevokedBy { get; init; }

    /// <summary>True when it is taken at <paramref name="now"/>.</summary>
    public bool IsUsable(DateTimeOffset now) => RevokedAt is null && !(ExpiresAt <= now);
}

/// <summary>A new key. The secret is told here and never again.</summary>
/// <param name="Key">What is kept of it.</param>
/// <param name="Secret">What its holder sends.</param>
public sealed record CreatedKey(ApiKey Key, string Secret);

/// <summary>What a key shall be.</summary>
/// <param name="Name">Who acts with it.</param>
/// <param name="Role">What it may do.</param>
public sealed record KeyRequest(string Name, Role Role)
{
    /// <summary>The projects that it is limited to, by their model's name.</summary>
    public IReadOnlyList<string> Projects { get; init; } = [];

    /// <summary>The deployments that it is limited to.</summary>
    public IReadOnlyList<string> Deployments { get; init; } = [];

    /// <summary>How long it is taken; null is for ever.</summary>
    public TimeSpan? Lifetime { get; init; }

    /// <summary>The most requests a second, 1 to 1,000,000; null is no limit.</summary>
    public int? Rate { get; init; }
}
