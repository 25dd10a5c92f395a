using Slipway.Datasets;
using Slipway.Statistics.Drift;

namespace Slipway.Drift;

/// <summary>One column of both files: its counts in the baseline's bins, and what they say.</summary>
internal sealed record ColumnComparison(ColumnCounts Baseline, ColumnCounts Current, ColumnDrift Drift)
{
    /// <summary><c>number</c> or <c>text</c>.</summary>
    public string Type => Baseline.Bins.Kind == BinKind.Categories ? "text" : "number";

    /// <summary>Compares two columns of one kind.</summary>
    public static ColumnComparison Of(Column baseline, Column current, DriftLimits limits) => (baseline, current) switch
    {
        (NumberColumn before, NumberColumn now) => OfNumbers(before, now, limits),
        (TextColumn before, TextColumn now) => OfTexts(before, now, limits),
        _ => throw new InvalidOperationException($"The column {baseline.Name} is of two kinds."),
    };

    private static ColumnComparison OfNumbers(NumberColumn baseline, NumberColumn current, DriftLimits limits)
    {
        // The columns are read for this alone, so they are sorted where they are: copies took a third of the time.
        var (before, now) = (SortedSample.InPlace(baseline.Values), SortedSample.InPlace(current.Values));
        var bins = ColumnBins.OfNumbers(before);
        var (first, second) = (new ColumnCounts(bins), new ColumnCounts(bins));
        first.AddSample(before, baseline.Values.Length - before.Values.Length);
        second.AddSample(now, current.Values.Length - now.Values.Length);

        // Nothing says that a file's rows stand in order of time, so each counts as itself.
        var drift = DriftTest.Compare(baseline.Name, first, second, limits, ordered: false);
        return new ColumnComparison(first, second, DriftTest.WithSamples(drift, before, now, first.StandardDeviation));
    }

    private static ColumnComparison OfTexts(TextColumn baseline, TextColumn current, DriftLimits limits)
    {
        var (before, beforeMissing) = RowsOf(baseline);
        var (now, nowMissing) = RowsOf(current);
        var bins = ColumnBins.OfTextCounts(before);
        var (first, second) = (Count(bins, before, beforeMissing), Count(bins, now, nowMissing));
        return new ColumnComparison(first, second, DriftTest.Compare(baseline.Name, first, second, limits, ordered: false));
    }

    /// <summary>Rows by category: by code, so that no text is looked at twice.</summary>
    private static (KeyValuePair<string, long>[] Rows, long Missing) RowsOf(TextColumn column)
    {
        var rows = new long[column.Categories.Count];
        long missing = 0;
        foreach (var code in column.Codes)
        {
            if (code < 0)
            {
                missing++;
            }
            else
            {
                rows[code]++;
            }
        }

        return ([.. rows.Select((count, code) => KeyValuePair.Create(column.Categories[code], count))], missing);
    }

    private static ColumnCounts Count(ColumnBins bins, KeyValuePair<string, long>[] rows, long missing)
    {
        var counts = new ColumnCounts(bins);
        foreach (var (category, count) in rows)
        {
            counts.Add(category, count);
        }

        counts.Add(null, missing);
        return counts;
    }
}
