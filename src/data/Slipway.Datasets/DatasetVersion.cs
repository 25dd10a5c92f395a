namespace Slipway.Datasets;

/// <summary>One immutable snapshot of a dataset.</summary>
public sealed record DatasetVersion
{
    /// <summary>The dataset's name.</summary>
    public required string Name { get; init; }

    /// <summary>SHA-256 of the Parquet file, 64 hexadecimal digits. The same rows always have the same digest.</summary>
    public required string Digest { get; init; }

    /// <summary>The number of rows.</summary>
    public required long Rows { get; init; }

    /// <summary>The columns in order, each with its profile.</summary>
    public required IReadOnlyList<ColumnProfile> Columns { get; init; }

    /// <summary>The SQL it came from.</summary>
    public required string Sql { get; init; }

    /// <summary>The column with the event time, or null.</summary>
    public string? Time { get; init; }

    /// <summary>The column to learn, or null.</summary>
    public string? Label { get; init; }

    /// <summary>When it was first made (UTC).</summary>
    public required DateTimeOffset CreatedAt { get; init; }
}

/// <summary>How Slipway treats a column.</summary>
public enum ColumnKind
{
    /// <summary>A number; booleans count as 0 and 1.</summary>
    Number,

    /// <summary>Text: a category.</summary>
    Text,

    /// <summary>A date or a point in time.</summary>
    Time,
}

/// <summary>Schema and summary of one column.</summary>
/// <param name="Name">The column's name.</param>
/// <param name="Type">DuckDB's type, such as <c>DOUBLE</c>.</param>
/// <param name="Kind">How Slipway treats it.</param>
/// <param name="Missing">Rows without a value.</param>
/// <param name="Distinct">Distinct values (exact up to a million rows, else DuckDB's estimate).</param>
/// <param name="Mean">Arithmetic mean of a number column, else null.</param>
/// <param name="StandardDeviation">Sample standard deviation of a number column, else null.</param>
/// <param name="Minimum">Smallest value as text (numbers invariant, times ISO 8601), null when all are missing.</param>
/// <param name="Maximum">Largest value as text.</param>
/// <param name="Quantiles">Quantiles 0, 0.1, … 1 of a number column (linear interpolation), else empty.</param>
/// <param name="Top">The most frequent values with their counts, at most 20, most frequent first; for text columns and numbers of few values.</param>
public sealed record ColumnProfile(
    string Name,
    string Type,
    ColumnKind Kind,
    long Missing,
    long Distinct,
    double? Mean,
    double? StandardDeviation,
    string? Minimum,
    string? Maximum,
    IReadOnlyList<double> Quantiles,
    IReadOnlyList<ValueCount> Top);

/// <summary>A value and how often it occurs.</summary>
public sealed record ValueCount(string Value, long Count);
