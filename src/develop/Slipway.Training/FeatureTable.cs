using Slipway.Core.Errors;
using Slipway.Datasets;
using Slipway.Inference;

namespace Slipway.Training;

/// <summary>
/// The features of a table as numbers: every column but the label and points in time, in the table's order. Text becomes the index of its category; only categories that occur in
/// the training rows count, any other is missing, as it will be in service.
/// </summary>
internal sealed class FeatureTable
{
    private const int ChunkValues = 1 << 20;

    private readonly double[]?[] _numbers;
    private readonly int[]?[] _codes;
    private readonly double[]?[] _values;

    private FeatureTable(List<TabularColumn> columns, double[]?[] numbers, int[]?[] codes, double[]?[] values)
    {
        Columns = columns;
        _numbers = numbers;
        _codes = codes;
        _values = values;
    }

    /// <summary>The features, text with its categories.</summary>
    public IReadOnlyList<TabularColumn> Columns { get; }

    /// <summary>Rows that are copied together: about a million values.</summary>
    public int ChunkRows => Math.Max(1, ChunkValues / Columns.Count);

    /// <summary>True when LightGBM's text format can hold the columns' names; model.json has them in any case.</summary>
    public bool HasPlainNames => Columns.All(c => c.Name.All(l => char.IsAsciiLetterOrDigit(l) || l is '_' or '-' or '.'));

    /// <exception cref="SlipwayException"><see cref="ErrorKind.InvalidInput"/> when no column is left.</exception>
    public static FeatureTable Create(Table table, string label, ReadOnlySpan<int> trainingRows)
    {
        var sources = table.Columns.Where(c => c.Name != label && c is not TimeColumn).ToList();
        if (sources.Count == 0)
        {
            throw new SlipwayException(ErrorKind.InvalidInput, $"There is nothing to learn from: besides the label '{label}' and points in time the data has no column. Select more in the SQL.");
        }

        var columns = new List<TabularColumn>(sources.Count);
        var numbers = new double[]?[sources.Count];
        var codes = new int[]?[sources.Count];
        var values = new double[]?[sources.Count];
        for (var c = 0; c < sources.Count; c++)
        {
            if (sources[c] is TextColumn text)
            {
                (var categories, values[c]) = Categories(text, trainingRows);
                codes[c] = text.Codes;
                columns.Add(new TabularColumn(text.Name, categories));
            }
            else
            {
                numbers[c] = ((NumberColumn)sources[c]).Values;
                columns.Add(new TabularColumn(sources[c].Name));
            }
        }

        return new FeatureTable(columns, numbers, codes, values);
    }

    /// <summary>One value; NaN is missing.</summary>
    public double At(int column, int row) => _numbers[column] is { } numbers ? numbers[row] : _codes[column]![row] is >= 0 and var code ? _values[column]![code] : double.NaN;

    /// <summary>Copies rows into <paramref name="target"/>, row by row.</summary>
    public void CopyTo(ReadOnlySpan<int> rows, Span<double> target)
    {
        for (var c = 0; c < Columns.Count; c++)
        {
            for (var i = 0; i < rows.Length; i++)
            {
                target[(i * Columns.Count) + c] = At(c, rows[i]);
            }
        }
    }

    private static (List<string> Categories, double[] Values) Categories(TextColumn text, ReadOnlySpan<int> rows)
    {
        var seen = new bool[text.Categories.Count];
        foreach (var row in rows)
        {
            if (text.Codes[row] is >= 0 and var code)
            {
                seen[code] = true;
            }
        }

        var categories = new List<string>();
        var values = new double[seen.Length];
        for (var c = 0; c < seen.Length; c++)
        {
            values[c] = seen[c] ? categories.Count : double.NaN;
            if (seen[c])
            {
                categories.Add(text.Categories[c]);
            }
        }

        return (categories, values);
    }
}
