namespace Slipway.Mlflow.Search;

/// <summary>Comparisons as conditions of SQL. The thing that is searched is <c>r</c>.</summary>
public static class ConditionSql
{
    /// <summary>The condition on <c>r</c>, whose number is <paramref name="id"/>: where another table has that already, what is looked up by it is asked before the thing's own row is read.</summary>
    public static string OfThing(Comparison comparison, SqlParameters parameters, string id = "r.id") => comparison.Field switch
    {
        ColumnField column => OfColumn(comparison, $"r.{column.Column}", parameters),

        KeyedField { Table.Several: not null } keyed =>
            $"{(comparison.Comparator == Comparator.IsNull ? "not " : "")}exists (select 1 from {keyed.Table.Name} f where f.{keyed.Table.Owner} = r.id and {OfRow(comparison, "f", parameters)})",
        OwnedField { Table: var table } => $"exists (select 1 from {table.Name} f where f.{table.Owner} = r.id{table.Several?.AndCounts("f", parameters)})",

        // A look-up by the table's key, written as a value: an exists could be turned into a join, and the join into the outer loop, which would lose the order that an index gives.
        KeyedField keyed => $"(select 1 from {keyed.Table.Name} f where f.{keyed.Table.Owner} = {id} and {OfRow(comparison, "f", parameters)}) {Found(comparison)}",
        RelatedField related when comparison.Comparator == Comparator.IsNull => $"not exists (select 1 from {OfRelated(related, parameters)} and {related.Column} is not null)",
        RelatedField related => $"exists (select 1 from {OfRelated(related, parameters)} and {OfColumn(comparison, related.Column, parameters)})",
        var field => throw new InvalidOperationException($"{field} has no condition."),
    };

    /// <summary>The condition on a row of a table of keys and values.</summary>
    internal static string OfRow(Comparison comparison, string row, SqlParameters parameters)
    {
        var key = OfKey(comparison, row, parameters);
        return comparison switch
        {
            { Comparator: Comparator.IsNull or Comparator.IsNotNull } => key,
            { Field.Kind: FieldKind.Metric, Comparator: Comparator.NotEqual } => $"{key} and ({row}.is_nan = 1 or {OfColumn(comparison, $"{row}.value", parameters)})",
            { Field.Kind: FieldKind.Metric } => $"{key} and {row}.is_nan = 0 and {OfColumn(comparison, $"{row}.value", parameters)}",
            _ => $"{key} and {OfColumn(comparison, $"{row}.value", parameters)}",
        };
    }

    /// <summary>As much of the condition on a row as an index answers.</summary>
    internal static string OfIndex(Comparison comparison, string row, SqlParameters parameters) => comparison switch
    {
        { Field.Kind: FieldKind.Metric, Comparator: not (Comparator.NotEqual or Comparator.IsNotNull) } => OfRow(comparison, row, parameters),
        { Field.Kind: FieldKind.Text, Comparator: Comparator.Equal or Comparator.In } =>
            $"{OfKey(comparison, row, parameters)} and {Beginning($"{row}.value")} in ({string.Join(", ", comparison.Values.Select(value => Beginning(parameters.Add(value))))})",
        _ => OfKey(comparison, row, parameters),
    };

    /// <summary>The part of a text that is indexed.</summary>
    internal static string Beginning(string expression) => $"substr({expression}, 1, 64)";

    /// <summary>The condition on a column.</summary>
    public static string OfColumn(Comparison comparison, string column, SqlParameters parameters) => comparison.Comparator switch
    {
        Comparator.Equal => $"{column} = {parameters.Add(comparison.Value)}",
        Comparator.NotEqual => $"{column} <> {parameters.Add(comparison.Value)}",
        Comparator.Less => $"{column} < {parameters.Add(comparison.Value)}",
        Comparator.LessOrEqual => $"{column} <= {parameters.Add(comparison.Value)}",
        Comparator.Greater => $"{column} > {parameters.Add(comparison.Value)}",
        Comparator.GreaterOrEqual => $"{column} >= {parameters.Add(comparison.Value)}",
        Comparator.Like => TextPattern.Sql(column, (string)comparison.Value, ignoreCase: false, parameters),
        Comparator.ILike => TextPattern.Sql(column, (string)comparison.Value, ignoreCase: true, parameters),
        Comparator.In => $"{column} in {parameters.AddList(comparison.Values)}",
        Comparator.NotIn => $"{column} not in {parameters.AddList(comparison.Values)}",
        Comparator.IsNull => $"{column} is null",
        Comparator.IsNotNull => $"{column} is not null",
        _ => throw new InvalidOperationException($"{comparison.Comparator} has no condition."),
    };

    private static string OfKey(Comparison comparison, string row, SqlParameters parameters) => comparison.Field is KeyedField keyed
        ? $"{row}.key = {parameters.Add(keyed.Key)}{keyed.Table.Several?.AndCounts(row, parameters)}"
        : throw new InvalidOperationException($"{comparison.Field} has no key.");

    private static string OfRelated(RelatedField field, SqlParameters parameters)
    {
        var rows = field.Rows.Condition.Length > 0 ? $" and {field.Rows.Condition}" : "";
        var named = field.Key is { } key ? $" and {key.Column} = {parameters.Add(key.Name)}" : "";
        return $"{field.Rows.From} where {field.Rows.Owner} = r.id{rows}{named}";
    }

    private static string Found(Comparison comparison) => comparison.Comparator == Comparator.IsNull ? "is null" : "is not null";
}
