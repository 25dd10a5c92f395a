using Slipway.Datasets;

namespace Slipway.Validation;

/// <summary>How many neighbouring rows a bootstrap of time-ordered data draws together.</summary>
internal static class BlockLength
{
    /// <summary>
    /// The rows of one day, where the table has a column of ascending times; at least n^(1/3), which is also the length where there is none or a day is more than half of the rows.
    /// </summary>
    public static int Of(Table rows)
    {
        var least = Math.Max(1, (int)Math.Round(Math.Cbrt(rows.Rows)));
        var day = rows.Columns.OfType<TimeColumn>().Where(IsAscending).Select(RowsOfADay).FirstOrDefault();
        return day <= rows.Rows / 2 ? Math.Max(day, least) : least;
    }

    private static bool IsAscending(TimeColumn column)
    {
        DateTime? last = null;
        foreach (var value in column.Values)
        {
            if (value is null || value < last)
            {
                return false;
            }

            last = value;
        }

        return last is not null;
    }

    private static int RowsOfADay(TimeColumn column)
    {
        var days = (column.Values[^1]!.Value - column.Values[0]!.Value).TotalDays;
        return days <= 1 ? int.MaxValue : (int)Math.Round(column.Values.Length / days);
    }
}
