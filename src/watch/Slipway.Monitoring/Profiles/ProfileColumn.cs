using System.Globalization;
using Slipway.Monitoring.Log;
using Slipway.Statistics.Drift;

namespace Slipway.Monitoring.Profiles;

/// <summary>Counts values in a column's bins, whatever has become of them: a number that comes as text is read as one or is missing, as is a column that does not come at all.</summary>
internal static class ProfileColumn
{
    /// <summary>Counts the value of a row.</summary>
    public static void Add(ColumnCounts counts, LoggedColumn? column, int row)
    {
        if (counts.Bins.Kind == BinKind.Categories)
        {
            counts.Add(column switch
            {
                TextValues texts => texts.Values[row],
                NumberValues numbers when !double.IsNaN(numbers.Values[row]) => numbers.Values[row].ToString(CultureInfo.InvariantCulture),
                _ => null,
            });
            return;
        }

        counts.Add(column switch
        {
            NumberValues numbers => numbers.Values[row],
            TextValues texts when double.TryParse(texts.Values[row], NumberStyles.Float, CultureInfo.InvariantCulture, out var number) => number,
            _ => double.NaN,
        });
    }

    /// <summary>Bins for a column; null for vectors, which have none.</summary>
    public static ColumnBins? Bin(LoggedColumn column) => column switch
    {
        NumberValues numbers => ColumnBins.OfNumbers(numbers.Values),
        TextValues texts => ColumnBins.OfTexts(texts.Values),
        _ => null,
    };
}
