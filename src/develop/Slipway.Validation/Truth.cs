using System.Globalization;
using Slipway.Core.Errors;
using Slipway.Datasets;
using Slipway.Statistics.Quality;

namespace Slipway.Validation;

/// <summary>Reads the label column as the numbers that metrics are computed from: the value itself, or the index of the class.</summary>
internal static class Truth
{
    private const double Unknown = -1;

    public static double[] Read(Column column, LearningTask task, IReadOnlyList<string> labels)
    {
        var values = task == LearningTask.Regression ? Numbers(column) : Classes(column, task, labels);
        var missing = values.Count(double.IsNaN);
        return missing == 0
            ? values
            : throw new SlipwayException(
                ErrorKind.InvalidInput, $"The label '{column.Name}' is missing in {missing} of {values.Length} rows, which cannot be judged. Leave them out in the SQL: where {column.Name} is not null.");
    }

    private static double[] Numbers(Column column) => column is NumberColumn numbers
        ? numbers.Values
        : throw new SlipwayException(ErrorKind.InvalidInput, $"The label '{column.Name}' is not a number, which a regression needs. Cast it in the SQL: {column.Name}::double.");

    private static double[] Classes(Column column, LearningTask task, IReadOnlyList<string> labels) => column switch
    {
        TextColumn text when labels.Count > 0 => ByText(text, labels),
        NumberColumn numbers when labels.Count > 0 => ByNumber(numbers, labels),
        NumberColumn numbers => ByIndex(numbers, task),
        TextColumn => throw new SlipwayException(
            ErrorKind.InvalidInput, $"The label '{column.Name}' is text, but the model does not say which score belongs to which text. List its labels in model.json, in the order of the scores."),
        _ => throw new SlipwayException(ErrorKind.InvalidInput, $"The label '{column.Name}' is a time, which is no class."),
    };

    private static double[] ByText(TextColumn text, IReadOnlyList<string> labels)
    {
        // Only categories that occur must be known: a table of few rows may carry the words of a larger one.
        var indices = new double[text.Categories.Count];
        for (var c = 0; c < indices.Length; c++)
        {
            indices[c] = Unknown;
            for (var l = 0; l < labels.Count; l++)
            {
                indices[c] = labels[l] == text.Categories[c] ? l : indices[c];
            }
        }

        return Array.ConvertAll(text.Codes, code => code < 0 ? double.NaN : indices[code] != Unknown ? indices[code] : throw UnknownLabel(text.Name, text.Categories[code], labels));
    }

    private static double[] ByNumber(NumberColumn numbers, IReadOnlyList<string> labels)
    {
        var indices = new Dictionary<double, int>();
        for (var l = 0; l < labels.Count; l++)
        {
            if (double.TryParse(labels[l], NumberStyles.Float, CultureInfo.InvariantCulture, out var number))
            {
                indices[number] = l;
            }
        }

        return Array.ConvertAll(
            numbers.Values,
            v => double.IsNaN(v) ? double.NaN
                : indices.TryGetValue(v, out var index) ? index
                : throw UnknownLabel(numbers.Name, v.ToString(CultureInfo.InvariantCulture), labels));
    }

    private static double[] ByIndex(NumberColumn numbers, LearningTask task)
    {
        var last = task == LearningTask.Binary ? 1 : int.MaxValue;
        var wrong = Array.Find(numbers.Values, v => !double.IsNaN(v) && !(v >= 0 && v <= last && v == Math.Floor(v)));
        return wrong == 0
            ? numbers.Values
            : throw new SlipwayException(
                ErrorKind.InvalidInput,
                $"The label '{numbers.Name}' has the value {wrong.ToString(CultureInfo.InvariantCulture)}, but the model names no labels, so they must be {(task == LearningTask.Binary ? "0 and 1" : "0, 1, 2 …")}. List its labels in model.json, in the order of the scores.");
    }

    private static SlipwayException UnknownLabel(string column, string label, IReadOnlyList<string> labels)
    {
        const int Shown = 10;
        var known = string.Join(", ", labels.Take(Shown).Select(l => $"'{l}'")) + (labels.Count > Shown ? " …" : "");
        return new SlipwayException(ErrorKind.InvalidInput, $"The label '{column}' has the value '{label}', which the model does not know. It knows {known}.");
    }
}
