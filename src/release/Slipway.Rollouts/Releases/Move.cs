using Slipway.Core;

namespace Slipway.Rollouts.Releases;

/// <summary>Who changes something, when and why.</summary>
/// <param name="Actor">Who; <see cref="Actor.Policy"/> where the plan decides.</param>
/// <param name="Now">When, by the server's clock (UTC).</param>
/// <param name="Reason">A person's own words, or null.</param>
internal sealed record Move(Actor Actor, DateTimeOffset Now, string? Reason = null)
{
    /// <summary>What happens, as one sentence for people.</summary>
    public string Sentence { get; init; } = "";

    /// <summary>The event time up to which evidence was looked at, where evidence decided.</summary>
    public DateTimeOffset? At { get; init; }

    /// <summary>The emergency override under which it is done, or null.</summary>
    public OverrideState? Override { get; init; }

    /// <summary>What proved harm, or null.</summary>
    public GuardrailEvidence? Cause { get; init; }
}
