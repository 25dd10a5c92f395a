using Slipway.Core;
using Slipway.Core.Names;
using Slipway.Storage.Events;

namespace Slipway.Registry.Cards;

/// <summary>Somebody wrote, confirmed or took out a part of a version's card.</summary>
/// <param name="Version">Which.</param>
/// <param name="Revision">The card's revision from then on.</param>
/// <param name="Part">The part, such as <c>limitations</c>.</param>
/// <param name="Text">What it says from then on; empty where it was taken out.</param>
/// <param name="TakenFrom">The former version whose text was confirmed; null for a new text.</param>
/// <param name="Actor">Who did it.</param>
public sealed record CardEdited(VersionReference Version, int Revision, string Part, string Text, SemanticVersion? TakenFrom, Actor Actor) : IEvent
{
    /// <inheritdoc/>
    public string Subject => VersionSubject.Of(Version);

    /// <summary>What happened, for people.</summary>
    public string Sentence => Text.Length == 0 ? $"{Part} was taken out" : TakenFrom is { } from ? $"{Part} confirmed as {from} had it" : $"{Part} was written";
}
