namespace Slipway.Tracking.Search;

/// <summary>What a search may begin with, when it leaves few things: the rows that one comparison's index finds, or all things of the scope.</summary>
/// <param name="Table">The table, with the alias <c>d</c>.</param>
/// <param name="Owner">Its column with the thing's number.</param>
/// <param name="ScopeColumn">Its column with the thing's scope.</param>
/// <param name="Comparison">The comparison, or null for all of the scope.</param>
internal sealed record Driver(string Table, string Owner, string ScopeColumn, Comparison? Comparison)
{
    /// <summary>All that a search of <paramref name="fields"/> in a scope could begin with.</summary>
    public static IEnumerable<Driver> Of(FieldSet fields, IEnumerable<Comparison> comparisons)
    {
        if (fields.Scope is not { } scope)
        {
            yield break;
        }

        yield return new Driver(fields.Table, "id", scope, null);
        foreach (var comparison in comparisons)
        {
            if (comparison is { Field: KeyedField { Table: { Scope: { } column } table }, Comparator: not Comparator.IsNull })
            {
                yield return new Driver(table.Name, table.Owner, column, comparison);
            }
            else if (comparison.Field is ColumnField { Index: not ColumnIndex.None } && comparison.Comparator
                is Comparator.Equal or Comparator.In or Comparator.Less or Comparator.LessOrEqual or Comparator.Greater or Comparator.GreaterOrEqual)
            {
                yield return new Driver(fields.Table, "id", scope, comparison);
            }
        }
    }

    /// <summary>The whole condition on its rows.</summary>
    public string Condition(IReadOnlyList<long>? scope, SqlParameters parameters) => InScope(scope, parameters) + Comparison switch
    {
        null => "",
        { Field: ColumnField column } => $" and {ConditionSql.OfColumn(Comparison, $"d.{column.Column}", parameters)}",
        { Field.Kind: FieldKind.Text, Comparator: Comparator.Equal or Comparator.In } =>
            $" and {ConditionSql.OfIndex(Comparison, "d", parameters)} and {ConditionSql.OfRow(Comparison, "d", parameters)}",
        _ => $" and {ConditionSql.OfRow(Comparison, "d", parameters)}",
    };

    /// <summary>Counts the rows that its index finds, which are at least as many as it leaves; stops at <paramref name="most"/>.</summary>
    public string Count(IReadOnlyList<long>? scope, int most, SqlParameters parameters)
    {
        var condition = InScope(scope, parameters) + Comparison switch
        {
            null => "",
            { Field: ColumnField column } => $" and {ConditionSql.OfColumn(Comparison, $"d.{column.Column}", parameters)}",
            _ => $" and {ConditionSql.OfIndex(Comparison, "d", parameters)}",
        };
        return $"select count(*) from (select 1 from {Table} d where {condition} limit {parameters.Add(most)}) counted";
    }

    // The plus keeps SQLite from going through the scope's index when the column's own leads straight to the row.
    private string InScope(IReadOnlyList<long>? scope, SqlParameters parameters) =>
        $"{(Comparison?.Field is ColumnField { Index: ColumnIndex.Unique } ? "+" : "")}d.{ScopeColumn} in {parameters.AddList(scope ?? [])}";
}
