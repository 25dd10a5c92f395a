namespace Slipway.Core;

/// <summary>Who did something: a person, a key, or a part of Slipway that acts by a rule.</summary>
/// <param name="Name">A name that means something in an audit: <c>alice</c>, <c>ci-key</c>, <c>policy</c>.</param>
public sealed record Actor(string Name)
{
    /// <summary>Whoever has access to this machine, while authentication is off.</summary>
    public static Actor Local { get; } = new("local");

    /// <summary>A rule that the project's file states, such as <c>approval: auto</c>.</summary>
    public static Actor Policy { get; } = new("policy");

    /// <inheritdoc/>
    public override string ToString() => Name;
}
