using Apache.Arrow;

namespace Slipway.Monitoring.Log.Parquet;

/// <summary>Rows of one batch of a chunk that go into a file, with the chunk's columns.</summary>
/// <param name="batch">The batch.</param>
/// <param name="rows">Which of its rows, or null for all of them, as it mostly is.</param>
internal sealed class FileRows(RecordBatch batch, int[]? rows)
{
    /// <summary>How many rows there are.</summary>
    public int Count => rows?.Length ?? batch.Length;

    /// <summary>True when they are all rows of the batch.</summary>
    public bool IsWhole => rows is null;

    /// <summary>The place of a row in its batch.</summary>
    public int this[int row] => rows is null ? row : rows[row];

    /// <summary>A column of the batch.</summary>
    public IArrowArray Column(int column) => batch.Column(column);

    /// <summary>True when no row of the batch has a value in the column.</summary>
    public bool Lacks(int column) => batch.Column(column).NullCount == batch.Length;

    /// <summary>The values of a column of numbers or times, of all rows of the batch.</summary>
    public ReadOnlySpan<T> Values<T>(int column)
        where T : struct, IEquatable<T> => ((PrimitiveArray<T>)batch.Column(column)).Values;
}
