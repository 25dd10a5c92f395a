using System.Globalization;
using Slipway.Core;
using Slipway.Core.Errors;

namespace Slipway.Datasets;

/// <summary>Named tables and their immutable snapshots.</summary>
public interface IDatasets
{
    /// <summary>
    /// Runs a project's SQL (untrusted text: it reads only inside <see cref="DatasetQuery.Folder"/>) and keeps the result as Parquet by digest, with schema and
    /// profile. The same result as an existing version returns that version: idempotent. Memory stays bounded whatever the number of rows.
    /// </summary>
    /// <exception cref="SlipwayException"><see cref="ErrorKind.InvalidInput"/>: SQL error (with DuckDB's message and the line in the SQL), no rows, a time column that is none …</exception>
    Task<SnapshotResult> SnapshotAsync(DatasetQuery query, Actor actor, CancellationToken cancellationToken);

    /// <summary>A version by name and digest, or null.</summary>
    Task<DatasetVersion?> FindAsync(string name, string digest, CancellationToken cancellationToken);

    /// <summary>All versions of a name, newest first.</summary>
    Task<IReadOnlyList<DatasetVersion>> ListAsync(string name, CancellationToken cancellationToken);

    /// <summary>Reads columns into memory, in the snapshot's row order. Null reads all columns.</summary>
    Task<Table> ReadAsync(DatasetVersion version, IReadOnlyList<string>? columns, CancellationToken cancellationToken);

    /// <summary>Runs a project's SQL without keeping the result: what the demo replays, what a batch scores. Ordered by <see cref="DatasetQuery.Time"/> like a snapshot.</summary>
    Task<Table> QueryAsync(DatasetQuery query, CancellationToken cancellationToken);
}

/// <summary>What to snapshot.</summary>
/// <param name="Name">The dataset's name, usually the model's.</param>
/// <param name="Sql">DuckDB SQL that yields the rows. File names in it are relative to <paramref name="Folder"/>.</param>
/// <param name="Folder">The project's folder: all that the SQL may read.</param>
/// <param name="Time">The column with the event time, or null. Snapshots of such data are ordered by it.</param>
/// <param name="Label">The column to learn, or null. It must be there.</param>
public sealed record DatasetQuery(string Name, string Sql, string Folder, string? Time = null, string? Label = null)
{
    /// <summary>The key in <see cref="Exception.Data"/> under which an error in the SQL keeps its line.</summary>
    public const string LineKey = "sqlLine";

    /// <summary>Only rows whose <see cref="Time"/> lies before this moment (rows without a time do not); null takes all. It needs a time column.</summary>
    public DateTimeOffset? AsOf { get; init; }

    /// <summary>The 1-based line of the SQL on which <paramref name="error"/> was found, or null when it has none. The message names the same line.</summary>
    public static int? LineOf(SlipwayException error) => error.Data[LineKey] as int?;

    /// <summary>A moment as messages name it: <c>2011-07-01</c>, or <c>2011-07-01 06:30:00</c> where it is not a day's beginning; UTC.</summary>
    public static string Moment(DateTimeOffset moment) =>
        moment.UtcDateTime.ToString(moment.UtcDateTime.TimeOfDay == TimeSpan.Zero ? "yyyy-MM-dd" : "yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
}

/// <summary>A snapshot, and whether it is new.</summary>
public sealed record SnapshotResult(DatasetVersion Version, bool Created);
