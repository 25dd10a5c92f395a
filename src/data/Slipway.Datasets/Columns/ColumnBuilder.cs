using Apache.Arrow;

namespace Slipway.Datasets.Columns;

/// <summary>Grows one column from Arrow batches.</summary>
internal abstract class ColumnBuilder
{
    /// <summary>The builder for a column's kind; <paramref name="dataset"/> is named in errors. <paramref name="rows"/> is how many are expected, where that is known.</summary>
    public static ColumnBuilder For(string dataset, ColumnPlan column, int rows = 0) => column.Kind switch
    {
        ColumnKind.Number => new NumberBuilder(dataset, column.Name, rows),
        ColumnKind.Text => new TextBuilder(column.Name),
        _ => new TimeBuilder(dataset, column.Name),
    };

    /// <summary>Memory beside the cells themselves, counted in cells of 8 bytes.</summary>
    public virtual long Extra => 0;

    /// <summary>Appends a batch's values.</summary>
    public abstract void Append(IArrowArray values);

    /// <summary>The column, once all is appended.</summary>
    public abstract Column Build();

    /// <summary>The array, large enough for <paramref name="needed"/> values.</summary>
    protected static T[] Grow<T>(T[] values, int needed)
    {
        if (values.Length < needed)
        {
            System.Array.Resize(ref values, (int)Math.Min(System.Array.MaxLength, Math.Max(needed, 2L * values.Length)));
        }

        return values;
    }

    /// <summary>The array, cut to its values.</summary>
    protected static T[] Trim<T>(T[] values, int length)
    {
        if (values.Length != length)
        {
            System.Array.Resize(ref values, length);
        }

        return values;
    }
}
