namespace Slipway.Monitoring.Log.Parquet;

/// <summary>Rows of one batch that go into a file.</summary>
/// <param name="batch">The batch.</param>
/// <param name="layout">The number of its layout in its chunk.</param>
/// <param name="rows">Which of its rows, or null for all of them, as it mostly is.</param>
/// <param name="segments">The segments of all its rows as JSON, or null where none has any.</param>
internal sealed class FileRows(PredictionBatch batch, int layout, int[]? rows, string?[]? segments)
{
    public PredictionBatch Batch => batch;

    public int Layout => layout;

    public string?[]? Segments => segments;

    /// <summary>How many rows there are.</summary>
    public int Count => rows?.Length ?? batch.Rows;

    /// <summary>The place of a row in its batch.</summary>
    public int this[int row] => rows is null ? row : rows[row];

    /// <summary>Copies the rows' values of a column.</summary>
    public void Copy<T>(T[] values, Span<T> target)
    {
        if (rows is null)
        {
            values.AsSpan(0, batch.Rows).CopyTo(target);
            return;
        }

        for (var i = 0; i < rows.Length; i++)
        {
            target[i] = values[rows[i]];
        }
    }
}
