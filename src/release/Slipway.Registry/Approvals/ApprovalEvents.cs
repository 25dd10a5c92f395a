using Slipway.Access;
using Slipway.Core;
using Slipway.Core.Names;
using Slipway.Core.Projects;
using Slipway.Storage.Events;

namespace Slipway.Registry.Approvals;

/// <summary>Somebody asked for the approval of a version.</summary>
/// <param name="Version">Which.</param>
/// <param name="Comment">What for, in their words.</param>
/// <param name="Missing">What it lacks to be deployed.</param>
/// <param name="Actor">Who asked.</param>
public sealed record ApprovalRequested(VersionReference Version, string? Comment, IReadOnlyList<string> Missing, Actor Actor) : IEvent
{
    /// <inheritdoc/>
    public string Subject => VersionSubject.Of(Version);
}

/// <summary>Somebody said something about the approval of a version.</summary>
/// <param name="Version">Which.</param>
/// <param name="Comment">Their words.</param>
/// <param name="Actor">Who.</param>
public sealed record ApprovalCommented(VersionReference Version, string Comment, Actor Actor) : IEvent
{
    /// <inheritdoc/>
    public string Subject => VersionSubject.Of(Version);
}

/// <summary>Somebody approved a version, which did not change its state: others must approve as well, or it was approved before. The approval that completes it is a <see cref="VersionApproved"/>.</summary>
/// <param name="Version">Which.</param>
/// <param name="Given">How many approvals count, this one among them.</param>
/// <param name="Needed">How many are needed.</param>
/// <param name="Reason">Why, in the words of whoever approved it.</param>
/// <param name="Role">What the actor was.</param>
/// <param name="Authenticated">False where authentication was off.</param>
/// <param name="Actor">Who approved it.</param>
public sealed record ApprovalGiven(VersionReference Version, int Given, int Needed, string? Reason, Role Role, bool Authenticated, Actor Actor) : IEvent
{
    /// <inheritdoc/>
    public string Subject => VersionSubject.Of(Version);
}

/// <summary>Every approval of a version was taken back: it is validated, and not approved.</summary>
/// <param name="Version">Which.</param>
/// <param name="Approvers">Whose approvals those were.</param>
/// <param name="Reason">Why, in the words of whoever took them back.</param>
/// <param name="Actor">Who took them back.</param>
public sealed record ApprovalRevoked(VersionReference Version, IReadOnlyList<string> Approvers, string? Reason, Actor Actor) : IEvent
{
    /// <inheritdoc/>
    public string Subject => VersionSubject.Of(Version);
}

/// <summary>Those who approve were reminded of a version.</summary>
/// <param name="Version">Which.</param>
/// <param name="About"><c>waiting</c> for approval, or live with an approval that is <c>expiring</c> or has <c>lapsed</c>.</param>
/// <param name="Since">Since when it waits or is lapsed, or when it expires (UTC).</param>
/// <param name="Why">One sentence for people.</param>
/// <param name="Actor">A rule of Slipway's own.</param>
public sealed record ApprovalReminded(VersionReference Version, string About, DateTimeOffset Since, string Why, Actor Actor) : IEvent
{
    /// <inheritdoc/>
    public string Subject => VersionSubject.Of(Version);
}

/// <summary>What versions of a model need before they may be deployed was changed.</summary>
/// <param name="Model">The model.</param>
/// <param name="Before">The policy until then; null when the model had none.</param>
/// <param name="After">The policy from then on.</param>
/// <param name="Weaker">What is asked for no longer.</param>
/// <param name="Actor">Who changed it.</param>
public sealed record ApprovalPolicyChanged(string Model, ApprovalPolicy? Before, ApprovalPolicy After, IReadOnlyList<string> Weaker, Actor Actor) : IEvent
{
    /// <inheritdoc/>
    public string Subject => $"model/{Model}";
}

/// <summary>A version should no longer be used.</summary>
/// <param name="Version">Which.</param>
/// <param name="Before">What it was until then.</param>
/// <param name="Reason">Why, in the words of whoever deprecated it.</param>
/// <param name="Actor">Who deprecated it.</param>
public sealed record VersionDeprecated(VersionReference Version, VersionState Before, string? Reason, Actor Actor) : IEvent
{
    /// <inheritdoc/>
    public string Subject => VersionSubject.Of(Version);
}
