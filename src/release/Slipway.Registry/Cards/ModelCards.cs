using Slipway.Core;
using Slipway.Core.Errors;
using Slipway.Core.Names;

namespace Slipway.Registry.Cards;

/// <inheritdoc cref="IModelCards"/>
internal sealed class ModelCards(IModelRegistry registry, CardStore store, IEnumerable<ICardSection> sections, TimeProvider time) : IModelCards
{
    public async Task<ModelCard> GetAsync(VersionReference version, CancellationToken cancellationToken)
    {
        var known = await registry.GetAsync(version, cancellationToken);
        var read = new List<CardSection>();
        foreach (var section in sections.OrderBy(section => section.Order))
        {
            if (await ReadAsync(section, known, cancellationToken) is { IsEmpty: false } filled)
            {
                read.Add(filled with { Order = section.Order });
            }
        }

        return new ModelCard
        {
            Model = known.Model,
            Version = known.Version,
            State = known.State,
            At = time.GetUtcNow(),
            Written = (await ReadAsync(known, cancellationToken)).Written,
            Sections = read,
        };
    }

    public async Task<WrittenCard> GetWrittenAsync(VersionReference version, CancellationToken cancellationToken) =>
        (await ReadAsync(await registry.GetAsync(version, cancellationToken), cancellationToken)).Written;

    public async Task<bool> IsCompleteAsync(VersionReference version, CancellationToken cancellationToken) => (await GetWrittenAsync(version, cancellationToken)).Complete;

    public async Task<WrittenCard> EditAsync(VersionReference version, CardEdit edit, Actor actor, CancellationToken cancellationToken)
    {
        var known = await registry.GetAsync(version, cancellationToken);
        var texts = Texts(edit);

        // Without a revision whoever writes means the newest card, so a round that somebody else has won is begun again.
        while (true)
        {
            var (own, written) = await ReadAsync(known, cancellationToken);
            if (edit.Revision is { } expected && expected != written.Revision)
            {
                throw Changed(known, expected, own);
            }

            var now = time.GetUtcNow();
            var changes = Changes(written, texts, edit.Confirm, actor, now);
            if (changes.Count == 0)
            {
                return written;
            }

            var parts = new Dictionary<string, KeptPart>(own?.Parts ?? new Dictionary<string, KeptPart>(), StringComparer.Ordinal);
            foreach (var (name, kept) in changes)
            {
                parts[name] = kept;
            }

            var edition = new CardEdition(known.Reference, known.Number, written.Revision + 1, parts, now, actor.Name);
            var events = changes.Select(change => new CardEdited(known.Reference, edition.Revision, change.Key, change.Value.Text, change.Value.TakenFrom, actor)).ToList();
            if (await store.TryAddAsync(edition, events, cancellationToken))
            {
                return (await ReadAsync(known, cancellationToken)).Written;
            }
        }
    }

    private async Task<(CardEdition? Own, WrittenCard Written)> ReadAsync(ModelVersion version, CancellationToken cancellationToken)
    {
        var own = await store.FindAsync(version.Reference, cancellationToken);
        return (own, CardEdition.Read(version, own, await store.ListFormerAsync(version, cancellationToken)));
    }

    private static async Task<CardSection?> ReadAsync(ICardSection section, ModelVersion version, CancellationToken cancellationToken)
    {
        try
        {
            return await section.ReadAsync(version, cancellationToken);
        }
        catch (SlipwayException e)
        {
            // One thing that is gone must not take the rest of the card with it.
            return new CardSection(section.Name, section.Title) { Notes = [e.Message] };
        }
    }

    private static Dictionary<string, string> Texts(CardEdit edit)
    {
        var texts = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (part, text) in CardPart.All.Zip([edit.IntendedUse, edit.OutOfScope, edit.Limitations, edit.Ethics]))
        {
            if (text is not null)
            {
                texts.Add(part.Name, part.Check(text));
            }
        }

        return texts;
    }

    private static Dictionary<string, KeptPart> Changes(WrittenCard written, Dictionary<string, string> texts, bool confirm, Actor actor, DateTimeOffset now)
    {
        var changes = new Dictionary<string, KeptPart>(StringComparer.Ordinal);
        foreach (var part in written.Parts)
        {
            var text = texts.GetValueOrDefault(part.Name);
            if (part.Status == PartStatus.TakenOver && ((text is null && confirm) || text == part.Text))
            {
                changes.Add(part.Name, new KeptPart(part.Text!, actor.Name, now, part.TakenFrom));
            }
            else if (text is not null && text != (part.Text ?? ""))
            {
                changes.Add(part.Name, new KeptPart(text, actor.Name, now));
            }
        }

        return changes;
    }

    private static SlipwayException Changed(ModelVersion version, int expected, CardEdition? own) => new(
        ErrorKind.Conflict,
        own is null
            ? $"The card of {version.Reference} has not been edited yet, so there is no revision {expected}. Read it again and write by what it says."
            : $"The card of {version.Reference} is at revision {own.Revision} by {own.By}, and yours was made for {expected}. Read it again and write by what it says now.");
}
