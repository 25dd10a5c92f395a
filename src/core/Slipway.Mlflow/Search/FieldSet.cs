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
    private static readonly Dictionary<string, string> UsualPrefixes = new(StringComparer.Ordinal)
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

    /// <summary>What each prefix in filters stands for.</summary>
    public IReadOnlyDictionary<string, string> Prefixes { get; init; } = UsualPrefixes;

    /// <summary>What is asked for like an attribute and is none of its own columns.</summary>
    public IReadOnlyDictionary<string, Field> Others { get; init; } = new Dictionary<string, Field>();

    /// <summary>Its tables of keys and values by their prefix in filters.</summary>
    public IReadOnlyDictionary<string, (FieldKind Kind, KeyedTable Table)> Keyed { get; init; } = new Dictionary<string, (FieldKind, KeyedTable)>();

    /// <summary>Rows that belong to it, and their columns by their names in filters, by prefix.</summary>
    public IReadOnlyDictionary<string, (RelatedRows Rows, IReadOnlyDictionary<string, string> Columns)> Related { get; init; } =
        new Dictionary<string, (RelatedRows, IReadOnlyDictionary<string, string>)>();

    /// <summary>Rows that belong to it and have names, by prefix: with the column of the name, which the key in a filter is, and that of the value.</summary>
    public IReadOnlyDictionary<string, (RelatedRows Rows, string NameColumn, string Column)> Named { get; init; } = new Dictionary<string, (RelatedRows, string, string)>();

    /// <summary>The order when none is asked for, before <see cref="Ties"/>.</summary>
    public IReadOnlyList<OrderTerm> DefaultOrder { get; init; } = [];

    /// <summary>The column that a search is limited to a list of (a run's experiment), or null when a search always goes over all.</summary>
    public string? Scope { get; init; }

    /// <summary>A condition in SQL that every thing found fulfils (the thing is <c>r</c>), or null. It is the module's own text, never a caller's.</summary>
    public string? Condition { get; init; }

    /// <summary>The largest page.</summary>
    public int MostResults { get; init; } = SearchQuery.MostResults;

    private IEnumerable<string> Valid => [.. Keyed.Keys.Concat(Related.Keys).Concat(Named.Keys).Prepend("attribute")];

    /// <summary>The field of a prefix and a key; without a prefix, of an attribute's name. Else what is wrong, as a sentence.</summary>
    public bool TryFind(string? prefix, string key, [NotNullWhen(true)] out Field? field, out string mistake)
    {
        field = null;
        mistake = "";
        var entity = prefix is null ? "attribute" : Prefixes.GetValueOrDefault(prefix);
        if (entity == "attribute")
        {
            field = Attributes.TryGetValue(key, out var column) ? column : Others.GetValueOrDefault(key);
            var valid = Names(Attributes.Values.Concat(Others.Values).Select(attribute => attribute.Name));
            mistake = $"Invalid attribute key {SearchError.Show(key)}. Valid keys are {valid}.{Suggest.DidYouMean(key, Attributes.Keys.Concat(Others.Keys))}";
        }
        else if (entity is not null && Keyed.TryGetValue(entity, out var keyed))
        {
            field = new KeyedField($"{entity} {SearchError.Show(key)}", keyed.Kind, keyed.Table, key);
        }
        else if (entity is not null && Related.TryGetValue(entity, out var related))
        {
            field = related.Columns.TryGetValue(key, out var relatedColumn) ? new RelatedField($"{entity} {SearchError.Show(key)}", related.Rows, relatedColumn) : null;
            mistake = $"Invalid {entity} key {SearchError.Show(key)}. Valid keys are {Names(related.Columns.Keys)}.";
        }
        else if (entity is not null && Named.TryGetValue(entity, out var named))
        {
            field = new RelatedField($"{entity} {SearchError.Show(key)}", named.Rows, named.Column) { Key = (named.NameColumn, key) };
        }
        else
        {
            mistake = $"Invalid entity type {SearchError.Show(prefix!)}. Valid values are {Names(Valid)}.{Suggest.DidYouMean(prefix!, Prefixes.Keys)}";
        }

        return field is not null;
    }

    private static string Names(IEnumerable<string> names) => string.Join(", ", names.Distinct().Select(name => $"'{name}'"));
}
