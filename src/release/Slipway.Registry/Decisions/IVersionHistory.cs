using Slipway.Core.Names;

namespace Slipway.Registry.Decisions;

/// <summary>What was decided about versions, read back from their events.</summary>
public interface IVersionHistory
{
    /// <summary>
    /// What had been decided about each of some versions by a moment (until now, with null), oldest first. A version that is not there, or that nothing was decided about, has no decisions. Of a great
    /// many decisions the oldest thousands are told.
    /// </summary>
    Task<IReadOnlyList<VersionDecisions>> ListAsync(IReadOnlyList<VersionReference> versions, DateTimeOffset? until, CancellationToken cancellationToken);
}

/// <summary>What was decided about a version.</summary>
/// <param name="Version">Which.</param>
/// <param name="Sentence">The same for people: who approved it, when, why and on what evidence.</param>
/// <param name="Decisions">Each decision, oldest first.</param>
public sealed record VersionDecisions(VersionReference Version, string Sentence, IReadOnlyList<VersionDecision> Decisions);

/// <summary>One decision.</summary>
/// <param name="Position">Its event's place in the order of commits.</param>
/// <param name="At">When (UTC).</param>
/// <param name="Type">The event's type, such as <c>VersionApproved</c>.</param>
/// <param name="Actor">Who.</param>
/// <param name="Reason">Why, in a person's own words; absent without any.</param>
/// <param name="Evidence">What it rests on, in a few words: of a validation, how many gates said what; absent where the event has no evidence.</param>
public sealed record VersionDecision(long Position, DateTimeOffset At, string Type, string Actor, string? Reason, string? Evidence)
{
    /// <summary>The type for people: <c>approved</c>.</summary>
    public string What { get; init; } = "";
}
