using System.Diagnostics.CodeAnalysis;
using Slipway.Core.Text;

namespace Slipway.Mlflow.Search;

/// <summary>What can be asked of one kind of thing. Another kind (models, versions, traces) is another set; parser and SQL stay as they are.</summary>
/// <param name="Table">Its table, with a column <c>id</c> and, where things can be deleted and restored, <c>deleted_at</c>.</param>
/// <param name="Attributes">Its own columns by their names in filters.</param>
/// <param name="Ties">What decides between equals, when the order does not say.</param>
public sealed record FieldSet(string Table, IReadOnlyDictionary<string, ColumnField> Attributes, IReadOnlyList<OrderTerm> Ties)
{
    // Each prefix, and the other forms that MLflow's clients write.
    private static readonly Dictionary<string, string> Prefixes = new(StringComparer.Ordinal)
    {
        ["attribute"] = "attribute",
        ["attributes"] = "attribute",
        ["attr"] = "attribute",
        ["run"] = "attribute",
        ["metric"] = "metric",
        ["metrics"] = "metric",
        ["parameter"] = "parameter",
        ["parameters"] = "parameter",
        ["param"] = "parameter",
        ["params"] = "parameter",
        ["tag"] = "tag",
        ["tags"] = "tag",
        ["dataset"] = "dataset",
        ["datasets"] = "dataset",
    };

    /// <summary>Its tables of keys and values by their prefix in filters.</summary>
    public IReadOnlyDictionary<string, (FieldKind Kind, KeyedTable Table)> Keyed { get; init; } = new Dictionary<string, (FieldKind, KeyedTable)>();

    /// <summary>Rows that belong to it, and their columns by their names in filters, by prefix.</summary>
    public IReadOnlyDictionary<string, (RelatedRows Rows, IReadOnlyDictionary<string, string> Columns)> Related { get; init; } =
        new Dictionary<string, (RelatedRows, IReadOnlyDictionary<string, string>)>();

    /// <summary>The order when none is asked for, before <see cref="Ties"/>.</summary>
    public IReadOnlyList<OrderTerm> DefaultOrder { get; init; } = [];

    /// <summary>The column that a search is limited to a list of (a run's experiment), or null when a search always goes over all.</summary>
    public string? Scope { get; init; }

    /// <summary>A condition in SQL that every thing found fulfils (the thing is <c>r</c>), or null. It is the module's own text, never a caller's.</summary>
    public string? Condition { get; init; }

    /// <summary>The largest page.</summary>
    public int MostResults { get; init; } = SearchQuery.MostResults;

    private IEnumerable<string> Valid => [.. Keyed.Keys.Concat(Related.Keys).Prepend("attribute")];

    /// <summary>The field of a prefix and a key; without a prefix, of an attribute's name. Else what is wrong, as a sentence.</summary>
    public bool TryFind(string? prefix, string key, [NotNullWhen(true)] out Field? field, out string mistake)
    {
        field = null;
        mistake = "";
        var entity = prefix is null ? "attribute" : Prefixes.GetValueOrDefault(prefix);
        if (entity == "attribute")
        {
            field = Attributes.GetValueOrDefault(key);
            mistake = $"Invalid attribute key {SearchError.Show(key)}. Valid keys are {Names(Attributes.Values.Select(a => a.Name))}.{Suggest.DidYouMean(key, Attributes.Keys)}";
        }
        else if (entity is not null && Keyed.TryGetValue(entity, out var keyed))
        {
            field = new KeyedField($"{entity} {SearchError.Show(key)}", keyed.Kind, keyed.Table, key);
        }
        else if (entity is not null && Related.TryGetValue(entity, out var related))
        {
            field = related.Columns.TryGetValue(key, out var column) ? new RelatedField($"{entity} {SearchError.Show(key)}", related.Rows, column) : null;
            mistake = $"Invalid {entity} key {SearchError.Show(key)}. Valid keys are {Names(related.Columns.Keys)}.";
        }
        else
        {
            mistake = $"Invalid entity type {SearchError.Show(prefix!)}. Valid values are {Names(Valid)}.{Suggest.DidYouMean(prefix!, Prefixes.Keys)}";
        }

        return field is not null;
    }

    private static string Names(IEnumerable<string> names) => string.Join(", ", names.Distinct().Select(name => $"'{name}'"));
}
