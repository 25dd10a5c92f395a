namespace Slipway.Registry.Cards.Rendering;

/// <summary>A card's sections and written parts in the order in which they are read.</summary>
public static class CardOutline
{
    /// <summary>Each is a section or a written part.</summary>
    public static IReadOnlyList<(CardSection? Section, WrittenPart? Part)> Of(ModelCard card) =>
    [
        .. card.Sections.Select(section => (section.Order, Section: (CardSection?)section, Part: (WrittenPart?)null))
            .Concat(card.Written.Parts.Select(part => (CardPart.Get(part.Name).Order, Section: (CardSection?)null, Part: (WrittenPart?)part)))
            .OrderBy(entry => entry.Order)
            .Select(entry => (entry.Section, entry.Part)),
    ];

    /// <summary>Whether the card is complete, in a sentence.</summary>
    public static string Standing(ModelCard card)
    {
        if (card.Written.Complete)
        {
            return "Every part that a person must write is written.";
        }

        var missing = card.Written.Parts.Where(part => part.Status == PartStatus.Missing && card.Written.Lacking.Contains(part.Name)).Select(part => part.Title.ToLowerInvariant()).ToList();
        var unconfirmed = card.Written.Parts.Where(part => part.Status == PartStatus.TakenOver && card.Written.Lacking.Contains(part.Name)).Select(part => part.Title.ToLowerInvariant()).ToList();
        return string.Join(' ', new[]
        {
            missing.Count > 0 ? $"Missing, and to be written by a person: {string.Join(", ", missing)}." : null,
            unconfirmed.Count > 0 ? $"Taken over from a former version, and to be confirmed: {string.Join(", ", unconfirmed)}." : null,
        }.OfType<string>());
    }

    /// <summary>Where a written part's text comes from, in a sentence.</summary>
    public static string Origin(ModelCard card, WrittenPart part) => part switch
    {
        { Status: PartStatus.Missing } => $"Missing: nobody has written this yet. `slipway card {card.Reference} --edit` does.",
        { Status: PartStatus.TakenOver } => card.Written.Lacking.Contains(part.Name)
            ? $"Taken over from {part.TakenFrom}, and nobody has confirmed that it holds for {card.Version}. `slipway card {card.Reference} --confirm` does."
            : $"Taken over from {part.TakenFrom}, of which this version is a patch.",
        { TakenFrom: { } from } => $"Confirmed by {part.By} as {from} had it, {CardText.Of(part.At)}.",
        _ => $"Written by {part.By}, {CardText.Of(part.At)}.",
    };
}
