using Slipway.Core;
using Slipway.Core.Errors;
using Slipway.Core.Names;

namespace Slipway.Registry.Cards;

/// <summary>
/// Model cards: what is known of a version, gathered when it is asked for, and the four parts that only a person can write. Each edit is an event; texts are appended, never overwritten.
/// </summary>
public interface IModelCards
{
    /// <summary>The card; <see cref="ErrorKind.NotFound"/> names the versions there are.</summary>
    Task<ModelCard> GetAsync(VersionReference version, CancellationToken cancellationToken);

    /// <summary>The written parts alone.</summary>
    Task<WrittenCard> GetWrittenAsync(VersionReference version, CancellationToken cancellationToken);

    /// <summary>Writes parts. What says the same as before changes nothing and appends no event.</summary>
    /// <exception cref="SlipwayException">
    /// <see cref="ErrorKind.Conflict"/>: the card is no longer at <see cref="CardEdit.Revision"/>; <see cref="ErrorKind.TooLarge"/>: a text is longer than <see cref="CardPart.MaxLength"/>;
    /// <see cref="ErrorKind.InvalidInput"/>: it has characters that are no text.
    /// </exception>
    Task<WrittenCard> EditAsync(VersionReference version, CardEdit edit, Actor actor, CancellationToken cancellationToken);

    /// <summary>True when every part is written: <see cref="WrittenCard.Complete"/>.</summary>
    Task<bool> IsCompleteAsync(VersionReference version, CancellationToken cancellationToken);
}

/// <summary>What to write. A part that is null stays as it is, an empty one is taken out.</summary>
/// <param name="IntendedUse">What the model is for, and who uses it.</param>
/// <param name="OutOfScope">What it must not be used for.</param>
/// <param name="Limitations">Where it is known to be weak.</param>
/// <param name="Ethics">Whom it may harm, and what is done about that.</param>
/// <param name="Confirm">True says that what was taken over from a former version holds for this one.</param>
/// <param name="Revision">The revision that the writer has read; null takes the newest, whatever it says.</param>
public sealed record CardEdit(
    string? IntendedUse = null, string? OutOfScope = null, string? Limitations = null, string? Ethics = null, bool Confirm = false, int? Revision = null);
