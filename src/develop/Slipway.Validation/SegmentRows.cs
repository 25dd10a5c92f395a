using System.Globalization;
using Slipway.Datasets;
using Slipway.Statistics.Quality;

namespace Slipway.Validation;

/// <summary>Which rows of a table belong to which segment.</summary>
public static class SegmentRows
{
    /// <summary>The most segments of one column, those with the most rows; the rest is <c>other</c>.</summary>
    public const int MostValues = 50;

    private const string Other = "other";

    /// <summary>Every metric of the task on the rows of each segment, segment by segment; a column that is not there or is a time has none.</summary>
    /// <param name="scored">The rows' truths and scores.</param>
    /// <param name="rows">The same rows with the columns that segments come from.</param>
    /// <param name="columns">The columns.</param>
    public static IReadOnlyList<SegmentMetrics> Measure(ScoredRows scored, Table rows, IReadOnlyList<string> columns) =>
        [.. Find(rows, columns).Select(segment => new SegmentMetrics(segment.Name, segment.Rows.Length, All(scored, segment.Rows)))];

    /// <summary>The segments of a table with the places of their rows: by column, then the largest first.</summary>
    public static IReadOnlyList<(string Name, int[] Rows)> Find(Table rows, IReadOnlyList<string> columns)
    {
        var segments = new List<(string, int[])>();
        foreach (var name in columns.Distinct(StringComparer.Ordinal))
        {
            if (rows.Columns.FirstOrDefault(column => column.Name == name) is { } column && Reader(column) is { } read)
            {
                segments.AddRange(Split(name, rows.Rows, read));
            }
        }

        return segments;
    }

    private static IEnumerable<(string Name, int[] Rows)> Split(string name, int rows, Func<int, string?> read)
    {
        var groups = Enumerable.Range(0, rows)
            .GroupBy(read)
            .Where(group => group.Key is not null)
            .OrderByDescending(group => group.Count())
            .ThenBy(group => group.Key, StringComparer.Ordinal)
            .ToList();
        foreach (var group in groups.Take(MostValues))
        {
            yield return ($"{name}={group.Key}", [.. group]);
        }

        if (groups.Count > MostValues)
        {
            yield return ($"{name}={Other}", [.. groups.Skip(MostValues).SelectMany(group => group)]);
        }
    }

    private static Func<int, string?>? Reader(Column column) => column switch
    {
        TextColumn texts => texts.At,
        NumberColumn numbers => row => double.IsNaN(numbers.Values[row]) ? null : numbers.Values[row].ToString(CultureInfo.InvariantCulture),
        _ => null,
    };

    private static Dictionary<string, double> All(ScoredRows scored, int[] rows)
    {
        var values = new Dictionary<string, double>(StringComparer.Ordinal);
        foreach (var metric in QualityMetrics.Names(scored.Task))
        {
            if (QualityMetrics.Compute(metric, scored, rows) is { } value)
            {
                values.Add(metric, value);
            }
        }

        return values;
    }
}
