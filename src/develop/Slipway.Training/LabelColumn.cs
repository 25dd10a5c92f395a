using System.Globalization;
using Slipway.Core.Errors;
using Slipway.Datasets;
using Slipway.Statistics.Quality;

namespace Slipway.Training;

/// <summary>What is learned: one number a row, the value itself or the index of its class.</summary>
/// <param name="Values">One number a row.</param>
/// <param name="Labels">The classes by index: numbers in their order, text in ordinal order; empty for a regression.</param>
internal sealed record LabelColumn(double[] Values, IReadOnlyList<string> Labels)
{
    private const int MostClasses = 1000;

    /// <exception cref="SlipwayException"><see cref="ErrorKind.InvalidInput"/>: missing values, a constant, or values that do not fit the task.</exception>
    public static LabelColumn Read(Column column, LearningTask task)
    {
        var missing = column switch
        {
            NumberColumn numbers => numbers.Values.Count(double.IsNaN),
            TextColumn text => text.Codes.Count(c => c < 0),
            _ => throw Invalid($"The label '{column.Name}' is a point in time, which cannot be learned. Choose another column as data.label, or turn it into a number in the SQL."),
        };

        // Rows without a label could be dropped, but then the metrics would speak of other rows than the data has, and nobody would know.
        if (missing > 0)
        {
            throw Invalid($"The label '{column.Name}' is missing in {missing} rows. Leave them out in the SQL: where {column.Name} is not null.");
        }

        var label = column switch
        {
            NumberColumn numbers when task == LearningTask.Regression => new LabelColumn(Finite(numbers), []),
            NumberColumn numbers => FromNumbers(numbers),
            TextColumn text when task != LearningTask.Regression => FromText(text),
            _ => throw Invalid($"The label '{column.Name}' is text, but a regression learns numbers. Set train.task to binary or multiclass, or cast it in the SQL: {column.Name}::double."),
        };
        CheckVariety(column.Name, task, label);
        return label;
    }

    /// <summary>Refuses training rows that all have the same label, or that lack one of two classes.</summary>
    public void CheckTraining(string name, ReadOnlySpan<int> trainingRows)
    {
        var first = Values[trainingRows[0]];
        foreach (var row in trainingRows)
        {
            if (Values[row] != first)
            {
                return;
            }
        }

        throw Invalid($"The label '{name}' has the same value in all {trainingRows.Length} training rows, so there is nothing to learn. Hold out other rows (train.split) or provide more data.");
    }

    private static double[] Finite(NumberColumn numbers) => Array.TrueForAll(numbers.Values, double.IsFinite)
        ? numbers.Values
        : throw Invalid($"The label '{numbers.Name}' is infinite in {numbers.Values.Count(double.IsInfinity)} rows. Leave them out in the SQL: where isfinite({numbers.Name}).");

    private static LabelColumn FromNumbers(NumberColumn numbers)
    {
        double[] distinct = [.. Finite(numbers).Distinct().Order()];
        return new LabelColumn(
            Array.ConvertAll(numbers.Values, v => (double)Array.BinarySearch(distinct, v)), [.. distinct.Select(v => v.ToString(CultureInfo.InvariantCulture))]);
    }

    private static LabelColumn FromText(TextColumn text)
    {
        // A table of few rows may carry the words of a larger one: only those that occur are classes.
        var used = text.Codes.Distinct().OrderBy(c => text.Categories[c], StringComparer.Ordinal).ToList();
        var index = new double[text.Categories.Count];
        for (var i = 0; i < used.Count; i++)
        {
            index[used[i]] = i;
        }

        return new LabelColumn(Array.ConvertAll(text.Codes, c => index[c]), [.. used.Select(c => text.Categories[c])]);
    }

    private static void CheckVariety(string name, LearningTask task, LabelColumn label)
    {
        if (label.Labels.Count == 1 || Array.TrueForAll(label.Values, v => v == label.Values[0]))
        {
            throw Invalid($"The label '{name}' has the same value in all {label.Values.Length} rows, so there is nothing to learn. Choose another column as data.label, or other rows in the SQL.");
        }

        if (task == LearningTask.Binary && label.Labels.Count != 2)
        {
            throw Invalid($"The label '{name}' has {label.Labels.Count} different values, but a binary task has two. Set train.task to multiclass{(label.Labels.Count > MostClasses ? " or regression" : "")}, or form two classes in the SQL.");
        }

        if (label.Labels.Count > MostClasses)
        {
            throw Invalid($"The label '{name}' has {label.Labels.Count} different values, but at most {MostClasses} classes can be learned. If it is a quantity, set train.task to regression.");
        }
    }

    private static SlipwayException Invalid(string message) => new(ErrorKind.InvalidInput, message);
}
