namespace Slipway.Registry.Cards.Sections;

/// <summary>What determines the version besides its data.</summary>
internal sealed class RecipeSection : ICardSection
{
    public string Name => "recipe";

    public string Title => "Recipe";

    public int Order => CardOrder.Recipe;

    public Task<CardSection?> ReadAsync(ModelVersion version, CancellationToken cancellationToken) => Task.FromResult<CardSection?>(new CardSection(Name, Title)
    {
        Facts =
        [
            new CardFact("Commit", version.Lineage.Commit ?? "outside a git repository"),
            .. version.Lineage.Recipe.OrderBy(entry => entry.Key, StringComparer.Ordinal).Select(entry => new CardFact(entry.Key, entry.Value)),
        ],
    });
}
