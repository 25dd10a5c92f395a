using Slipway.Core.Errors;

namespace Slipway.Datasets.Files;

/// <summary>A file of rows that is open. Used by one thread, and only within <see cref="DataFiles.UseAsync{T}"/>.</summary>
public sealed class DataFile
{
    private readonly Func<IReadOnlyList<DataFileColumn>, Table> _read;

    internal DataFile(string path, long rows, IReadOnlyList<DataFileColumn> columns, Func<IReadOnlyList<DataFileColumn>, Table> read) =>
        (Path, Rows, Columns, _read) = (path, rows, columns, read);

    /// <summary>The path as it was given.</summary>
    public string Path { get; }

    /// <summary>The number of rows.</summary>
    public long Rows { get; }

    /// <summary>The columns in order.</summary>
    public IReadOnlyList<DataFileColumn> Columns { get; }

    /// <summary>Reads columns of a known kind into memory, in the file's row order. NaN and infinite numbers are missing.</summary>
    /// <exception cref="SlipwayException">The file cannot be read, or the columns have more cells than <see cref="DatasetsOptions.MaxTableCells"/>.</exception>
    public Table Read(IReadOnlyList<DataFileColumn> columns) => _read(columns);
}

/// <summary>A column of a file.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">DuckDB's type.</param>
/// <param name="Kind">How Slipway treats it; null for bytes, nested values and others that it does not.</param>
public sealed record DataFileColumn(string Name, string Type, ColumnKind? Kind);
