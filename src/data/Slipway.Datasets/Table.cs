using Slipway.Core.Errors;

namespace Slipway.Datasets;

/// <summary>Rows in memory, by column.</summary>
public sealed class Table(IReadOnlyList<Column> columns, int rows)
{
    /// <summary>The columns in order, each of <see cref="Rows"/> values.</summary>
    public IReadOnlyList<Column> Columns => columns;

    /// <summary>The number of rows.</summary>
    public int Rows => rows;

    /// <summary>The column of that name; <see cref="ErrorKind.InvalidInput"/> when there is none, naming those there are.</summary>
    public Column this[string name] => columns.FirstOrDefault(c => c.Name == name)
        ?? throw new SlipwayException(ErrorKind.InvalidInput, $"There is no column '{name}'. The columns are {string.Join(", ", columns.Select(c => c.Name))}.");

    /// <summary>The rows at <paramref name="indices"/>, in that order.</summary>
    public Table Take(ReadOnlySpan<int> indices)
    {
        var taken = new List<Column>(columns.Count);
        foreach (var column in columns)
        {
            taken.Add(column.Take(indices));
        }

        return new Table(taken, indices.Length);
    }
}

/// <summary>One column in memory.</summary>
public abstract class Column(string name)
{
    /// <summary>The column's name.</summary>
    public string Name => name;

    /// <summary>The values at <paramref name="indices"/>, in that order.</summary>
    public abstract Column Take(ReadOnlySpan<int> indices);

    /// <summary>The values at <paramref name="indices"/> of an array.</summary>
    protected static T[] Pick<T>(T[] values, ReadOnlySpan<int> indices)
    {
        var picked = new T[indices.Length];
        for (var i = 0; i < indices.Length; i++)
        {
            picked[i] = values[indices[i]];
        }

        return picked;
    }
}

/// <summary>Numbers; NaN is missing.</summary>
public sealed class NumberColumn(string name, double[] values) : Column(name)
{
    /// <summary>The values.</summary>
    public double[] Values => values;

    /// <inheritdoc/>
    public override Column Take(ReadOnlySpan<int> indices) => new NumberColumn(Name, Pick(values, indices));
}

/// <summary>Text, by code: −1 is missing, else an index into <see cref="Categories"/>.</summary>
public sealed class TextColumn(string name, int[] codes, IReadOnlyList<string> categories) : Column(name)
{
    /// <summary>One code a row.</summary>
    public int[] Codes => codes;

    /// <summary>The distinct values in ordinal order.</summary>
    public IReadOnlyList<string> Categories => categories;

    /// <summary>The text of a row, or null when it is missing.</summary>
    public string? At(int row) => codes[row] < 0 ? null : categories[codes[row]];

    /// <inheritdoc/>
    public override Column Take(ReadOnlySpan<int> indices) => new TextColumn(Name, Pick(codes, indices), categories);
}

/// <summary>Points in time (UTC); null is missing.</summary>
public sealed class TimeColumn(string name, DateTime?[] values) : Column(name)
{
    /// <summary>The values.</summary>
    public DateTime?[] Values => values;

    /// <inheritdoc/>
    public override Column Take(ReadOnlySpan<int> indices) => new TimeColumn(Name, Pick(values, indices));
}
