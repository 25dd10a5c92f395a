using Slipway.Datasets;
using Slipway.Registry;
using Slipway.Registry.Cards;

namespace Slipway.Retraining.Cards;

/// <summary>Tells a card what data its version learned from, column by column.</summary>
internal sealed class DataSection(IDatasets datasets) : ICardSection
{
    private const int MostColumns = 200;
    private const int LongestValue = 40;

    public string Name => "data";

    public string Title => "Data";

    public int Order => CardOrder.Data;

    public async Task<CardSection?> ReadAsync(ModelVersion version, CancellationToken cancellationToken)
    {
        if (version.Lineage is not { Dataset: { } name, DatasetDigest: { } digest })
        {
            return new CardSection(Name, Title) { Notes = ["Not known: the artifact came from outside."] };
        }

        CardFact[] named = [new CardFact("Dataset", name), new CardFact("Digest", digest)];
        if (await datasets.FindAsync(name, digest, cancellationToken) is not { } data)
        {
            return new CardSection(Name, Title) { Facts = named, Notes = ["The snapshot is gone, and its profile with it."] };
        }

        return new CardSection(Name, Title)
        {
            Facts =
            [
                .. named,
                new CardFact("Rows", data.Rows),
                new CardFact("Columns", data.Columns.Count),
                new CardFact("Label", data.Label),
                new CardFact("Event time", data.Time),
                new CardFact("Snapshot of", data.CreatedAt),
                new CardFact("SQL", data.Sql.Trim()),
            ],
            Tables =
            [
                new CardTable(
                    "Profile: what it has seen",
                    ["Column", "Type", "Missing", "Distinct", "Mean", "Smallest", "Largest", "Most frequent"],
                    [.. data.Columns.Take(MostColumns).Select(column => Row(column, data.Rows))]),
            ],
            Notes = data.Columns.Count > MostColumns ? [$"The first {MostColumns} columns are listed."] : [],
        };
    }

    private static object?[] Row(ColumnProfile column, long rows) =>
    [
        column.Name, column.Type, FormattableString.Invariant($"{100.0 * column.Missing / rows:0.##} %"), column.Distinct, column.Mean, Cut(column.Minimum), Cut(column.Maximum),
        column.Kind == ColumnKind.Text && column.Top.Count > 0 ? Cut(column.Top[0].Value) : null,
    ];

    private static string? Cut(string? value) => value is { Length: > LongestValue } ? Core.Text.Excerpt.Of(value, LongestValue) : value;
}
