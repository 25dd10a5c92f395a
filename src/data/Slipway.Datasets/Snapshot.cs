using Slipway.Core.Errors;
using Slipway.Datasets.Duck;

namespace Slipway.Datasets;

/// <summary>A query's rows as one Parquet file whose bytes depend on the rows alone, and their profile.</summary>
internal sealed record Snapshot(string File, long Rows, IReadOnlyList<ColumnProfile> Columns)
{
    // All that could change the bytes is fixed here. DuckDB writes neither time nor random into the file, only its version.
    private const string Format = "format parquet, compression zstd, compression_level 3, row_group_size 122880, parquet_version v1";

    /// <summary>Writes the rows of <paramref name="prepared"/> into <paramref name="folder"/>.</summary>
    public static Snapshot Write(DuckSession session, DatasetQuery query, PreparedQuery prepared, DatasetsOptions options, string folder)
    {
        var file = Path.Combine(folder, "rows.parquet");
        var copy = $"copy ({prepared.Select(c => c.Kept)}) to {DuckText.Literal(file)} ({Format})";
        var rows = prepared.Do(copy, s =>
        {
            session.Execute(s);
            return session.Query($"select count(*) from read_parquet({DuckText.Literal(file)})", r => r.GetInt64(0))[0];
        });

        if (rows == 0)
        {
            if (query.AsOf is { } asOf)
            {
                throw new SlipwayException(
                    ErrorKind.InvalidInput, $"The SQL of {query.Name} yields no rows whose {query.Time} lies before {DatasetQuery.Moment(asOf)}. Choose a later moment, or take all rows.");
            }

            throw new SlipwayException(
                ErrorKind.InvalidInput, $"The SQL of {query.Name} yields no rows. See whether its files hold more than a header and whether its conditions leave any row.");
        }

        var columns = new ProfileQuery(session, options, file, rows).Run(query);
        CheckPresent(query, query.Label, "label", columns, rows);
        CheckPresent(query, query.Time, "time", columns, rows);
        return new Snapshot(file, rows, columns);
    }

    private static void CheckPresent(DatasetQuery query, string? name, string what, IReadOnlyList<ColumnProfile> columns, long rows)
    {
        if (name is not null && columns.First(c => c.Name == name).Missing == rows)
        {
            throw new SlipwayException(ErrorKind.InvalidInput, $"The {what} column '{name}' of {query.Name} has no value in any of its {rows} rows. Name another column, or mend the SQL.");
        }
    }
}
