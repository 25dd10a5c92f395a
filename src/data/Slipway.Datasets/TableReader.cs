using System.Globalization;
using Slipway.Core.Errors;
using Slipway.Datasets.Columns;
using Slipway.Datasets.Duck;

namespace Slipway.Datasets;

/// <summary>Reads a query's rows into memory, column by column.</summary>
internal static class TableReader
{
    /// <summary>Runs <paramref name="sql"/>, which yields <see cref="ColumnPlan.Read"/> of <paramref name="columns"/>; of about <paramref name="expected"/> rows where that is known.</summary>
    public static Table Read(
        DuckSession session, string dataset, IReadOnlyList<ColumnPlan> columns, string sql, DatasetsOptions options, CancellationToken stop, long expected = 0)
    {
        var room = (int)Math.Min(expected, options.MaxTableCells / columns.Count);
        var builders = columns.Select(c => ColumnBuilder.For(dataset, c, room)).ToList();
        var rows = 0;
        session.ReadBatches(sql, batch =>
        {
            stop.ThrowIfCancellationRequested();
            for (var i = 0; i < builders.Count; i++)
            {
                builders[i].Append(batch.Column(i));
            }

            rows += batch.Length;
            if (((long)rows * columns.Count) + builders.Sum(b => b.Extra) > options.MaxTableCells)
            {
                throw new SlipwayException(
                    ErrorKind.TooLarge,
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"{dataset} with {columns.Count} columns has more than datasets.maxTableCells ({options.MaxTableCells}) cells. Read fewer rows or columns, or raise the bound."));
            }
        });

        return new Table([.. builders.Select(b => b.Build())], rows);
    }
}
