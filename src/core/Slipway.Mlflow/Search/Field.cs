namespace Slipway.Mlflow.Search;

/// <summary>What a field holds, which says how it may be compared.</summary>
public enum FieldKind
{
    /// <summary>Text: equal, like, in.</summary>
    Text,

    /// <summary>A number that is never NaN: equal, less, greater.</summary>
    Number,

    /// <summary>A metric's last value: a number that may be NaN.</summary>
    Metric,
}

/// <summary>Something that can be asked for: <c>attributes.status</c>, <c>metrics.acc</c>, <c>datasets.name</c>.</summary>
/// <param name="Name">As messages name it.</param>
/// <param name="Kind">What it holds.</param>
public abstract record Field(string Name, FieldKind Kind);

/// <summary>A column of the thing's own table.</summary>
/// <param name="Name">As messages name it.</param>
/// <param name="Kind">What it holds.</param>
/// <param name="Column">The column.</param>
public sealed record ColumnField(string Name, FieldKind Kind, string Column) : Field(Name, Kind)
{
    /// <summary>True when the column may be null.</summary>
    public bool IsNullable { get; init; }

    /// <summary>Which index finds things by this column.</summary>
    public ColumnIndex Index { get; init; }
}

/// <summary>Which index finds things by a column.</summary>
public enum ColumnIndex
{
    /// <summary>None.</summary>
    None,

    /// <summary>The column alone, over all things.</summary>
    Unique,

    /// <summary>The scope and then the column, which gives an order too.</summary>
    InScope,
}

/// <summary>One key of a table of keys and values.</summary>
/// <param name="Name">As messages name it.</param>
/// <param name="Kind">What it holds.</param>
/// <param name="Table">The table.</param>
/// <param name="Key">The key.</param>
public sealed record KeyedField(string Name, FieldKind Kind, KeyedTable Table, string Key) : Field(Name, Kind);

/// <summary>A column of rows that belong to the thing, of which it may have several; true when one of them is as asked.</summary>
/// <param name="Name">As messages name it.</param>
/// <param name="Rows">The rows.</param>
/// <param name="Column">The column.</param>
public sealed record RelatedField(string Name, RelatedRows Rows, string Column) : Field(Name, FieldKind.Text)
{
    /// <summary>Where only rows of one name are meant: the column of the name, and the name.</summary>
    public (string Column, string Name)? Key { get; init; }

    /// <summary>The index that finds things by the column, where there is one.</summary>
    public RelatedIndex? Index { get; init; }

    /// <summary>What an order by this field means; without it, it gives none.</summary>
    public KeyedField? Order { get; init; }
}

/// <summary>An index over (scope, column) of a table in which a thing has at most one row for each value.</summary>
/// <param name="Table">Its name.</param>
/// <param name="Owner">The column with the thing's number.</param>
/// <param name="Scope">The column that the index begins with.</param>
/// <param name="Column">The column.</param>
public sealed record RelatedIndex(string Table, string Owner, string Scope, string Column);

/// <summary>
/// A table with a row for each key of a thing: columns <c>key</c> and <c>value</c>, and <c>is_nan</c> where values are metrics. Its key is (owner, key); an index, where there is one,
/// is over (scope, key, value), metrics with <c>is_nan</c> before the value, texts by <c>substr(value, 1, 64)</c>.
/// </summary>
/// <param name="Name">Its name.</param>
/// <param name="Owner">The column with the thing's number.</param>
/// <param name="Scope">The column that the index begins with, or null when there is no index.</param>
public sealed record KeyedTable(string Name, string Owner, string? Scope)
{
    /// <summary>Set where a thing may have several rows of one key, so that its key is longer. Such a table has no <see cref="Scope"/>.</summary>
    public SeveralRows? Several { get; init; }
}

/// <summary>That a thing has any row of a table of keys and values.</summary>
/// <param name="Name">As messages name it.</param>
/// <param name="Table">The table.</param>
public sealed record OwnedField(string Name, KeyedTable Table) : Field(Name, FieldKind.Metric);

/// <summary>Rows that belong to a thing.</summary>
/// <param name="From">The tables, joined.</param>
/// <param name="Owner">The column with the thing's number, with its alias.</param>
public sealed record RelatedRows(string From, string Owner)
{
    /// <summary>Which of the rows are meant, in SQL; all where it is empty.</summary>
    public string Condition { get; init; } = "";
}
