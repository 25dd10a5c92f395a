using Slipway.Core.Names;

namespace Slipway.Registry.Cards;

/// <summary>What people had written for a version after an edit: one row of the table <c>model_cards</c>, never changed.</summary>
/// <param name="Version">The version.</param>
/// <param name="Number">Its number, by which former versions are found.</param>
/// <param name="Revision">1, 2, 3 …</param>
/// <param name="Parts">What was written by then, by the part's name; parts that nobody has touched for this version are not there.</param>
/// <param name="At">When (UTC).</param>
/// <param name="By">Who made this edit.</param>
internal sealed record CardEdition(VersionReference Version, int Number, int Revision, IReadOnlyDictionary<string, KeptPart> Parts, DateTimeOffset At, string By)
{
    /// <summary>The written parts of a version.</summary>
    /// <param name="version">The version.</param>
    /// <param name="own">The newest edition of it; null when it was never edited.</param>
    /// <param name="former">For each former version its newest edition from before this version was registered, the newest version first.</param>
    public static WrittenCard Read(ModelVersion version, CardEdition? own, IReadOnlyList<CardEdition> former)
    {
        IReadOnlyList<WrittenPart> parts = [.. CardPart.All.Select(part => Read(part, own, former))];
        var lacking = parts.Where(part => !Counts(part, version.Version)).Select(part => part.Name).ToList();
        return new WrittenCard(own?.Revision ?? 0, lacking.Count == 0, parts) { Lacking = lacking };
    }

    private static WrittenPart Read(CardPart part, CardEdition? own, IReadOnlyList<CardEdition> former)
    {
        if (own?.Parts.GetValueOrDefault(part.Name) is { } kept)
        {
            return kept.Text.Length == 0
                ? new WrittenPart(part.Name, part.Title, PartStatus.Missing, By: kept.By, At: kept.At)
                : new WrittenPart(part.Name, part.Title, PartStatus.Written, kept.Text, kept.TakenFrom, kept.By, kept.At);
        }

        foreach (var edition in former)
        {
            if (edition.Parts.GetValueOrDefault(part.Name) is { } before)
            {
                return before.Text.Length == 0
                    ? new WrittenPart(part.Name, part.Title, PartStatus.Missing)
                    : new WrittenPart(part.Name, part.Title, PartStatus.TakenOver, before.Text, edition.Version.Version, before.By, before.At);
            }
        }

        return new WrittenPart(part.Name, part.Title, PartStatus.Missing);
    }

    // The same recipe on newer data is the same model to whoever wrote what it is for; a retraining every night must not wait for a person to say so.
    private static bool Counts(WrittenPart part, SemanticVersion version) => part.Status switch
    {
        PartStatus.Written => true,
        PartStatus.TakenOver => part.TakenFrom is { } from && (from.Major, from.Minor) == (version.Major, version.Minor),
        _ => false,
    };
}

/// <summary>A part as it was written.</summary>
/// <param name="Text">The text; empty where it was taken out.</param>
/// <param name="By">Who wrote or confirmed it.</param>
/// <param name="At">When (UTC).</param>
/// <param name="TakenFrom">The former version whose text was confirmed; null for a new text.</param>
internal sealed record KeptPart(string Text, string By, DateTimeOffset At, SemanticVersion? TakenFrom = null);
