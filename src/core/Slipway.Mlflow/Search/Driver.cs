namespace Slipway.Mlflow.Search;

/// <summary>What a search may begin with, when it leaves few things: the rows that one field's index finds, or all things of the scope.</summary>
/// <param name="Table">The table, with the alias <c>d</c>.</param>
/// <param name="Owner">Its column with the thing's number.</param>
/// <param name="ScopeColumn">Its column with the thing's scope.</param>
/// <param name="Comparisons">All comparisons of the field, which together may leave few where each leaves many (<c>acc &gt; 0.5 and acc &lt; 0.51</c>); none for all of the scope.</param>
internal sealed record Driver(string Table, string Owner, string ScopeColumn, IReadOnlyList<Comparison> Comparisons)
{
    /// <summary>The field, or null for all of the scope.</summary>
    public Field? Field => Comparisons.Count > 0 ? Comparisons[0].Field : null;

    /// <summary>All that a search of <paramref name="fields"/> in a scope could begin with.</summary>
    public static IEnumerable<Driver> Of(FieldSet fields, IEnumerable<Comparison> comparisons)
    {
        if (fields.Scope is not { } scope)
        {
            yield break;
        }

        yield return new Driver(fields.Table, "id", scope, []);
        foreach (var comparison in comparisons)
        {
            // One alone: two conditions on the same field may be met by two rows.
            if (comparison is { Field: RelatedField { Index: { } index }, Comparator: Comparator.Equal })
            {
                yield return new Driver(index.Table, index.Owner, index.Scope, [comparison]);
            }
        }

        foreach (var group in comparisons.Where(IsIndexed).GroupBy(comparison => comparison.Field))
        {
            yield return group.Key is KeyedField { Table: { Scope: { } column } table }
                ? new Driver(table.Name, table.Owner, column, [.. group])
                : new Driver(fields.Table, "id", scope, [.. group]);
        }
    }

    /// <summary>The whole condition on its rows.</summary>
    public string Condition(IReadOnlyList<long>? scope, SqlParameters parameters) => And(scope, parameters, comparison => comparison switch
    {
        { Field: ColumnField or RelatedField } => OfOwnColumn(comparison, parameters),
        { Field.Kind: FieldKind.Text, Comparator: Comparator.Equal or Comparator.In } =>
            $"{ConditionSql.OfIndex(comparison, "d", parameters)} and {ConditionSql.OfRow(comparison, "d", parameters)}",
        _ => ConditionSql.OfRow(comparison, "d", parameters),
    });

    /// <summary>Counts the rows that its index finds, which are at least as many as it leaves; stops at <paramref name="most"/>.</summary>
    public string Count(IReadOnlyList<long>? scope, int most, SqlParameters parameters)
    {
        var condition = And(
            scope, parameters, comparison => comparison.Field is ColumnField or RelatedField ? OfOwnColumn(comparison, parameters) : ConditionSql.OfIndex(comparison, "d", parameters));
        return $"select count(*) from (select 1 from {Table} d where {condition} limit {parameters.Add(most)}) counted";
    }

    private static bool IsIndexed(Comparison comparison) => comparison.Field switch
    {
        KeyedField { Table.Scope: not null } => comparison.Comparator is not Comparator.IsNull,
        ColumnField { Index: not ColumnIndex.None } => comparison.Comparator
            is Comparator.Equal or Comparator.In or Comparator.Less or Comparator.LessOrEqual or Comparator.Greater or Comparator.GreaterOrEqual,
        _ => false,
    };

    private static string OfOwnColumn(Comparison comparison, SqlParameters parameters) =>
        ConditionSql.OfColumn(comparison, $"d.{(comparison.Field is RelatedField related ? related.Index!.Column : ((ColumnField)comparison.Field).Column)}", parameters);

    // The plus keeps SQLite from going through the scope's index when the column's own leads straight to the row.
    private string And(IReadOnlyList<long>? scope, SqlParameters parameters, Func<Comparison, string> condition) => string.Join(
        " and ",
        Comparisons.Select(condition).Prepend($"{(Field is ColumnField { Index: ColumnIndex.Unique } ? "+" : "")}d.{ScopeColumn} in {parameters.AddList(scope ?? [])}"));
}
