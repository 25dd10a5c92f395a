using Slipway.Core.Errors;

namespace Slipway.Inference.Tabular;

/// <summary>What a <see cref="TabularSchema"/> must fulfil.</summary>
internal static class TabularSchemaRules
{
    public const string Regression = "regression";
    public const string Binary = "binary";
    public const string Multiclass = "multiclass";

    /// <summary>Returns the schema, or throws with every mistake it has.</summary>
    public static TabularSchema Check(TabularSchema schema)
    {
        var mistakes = new List<string>();
        if (schema.Task is not (Regression or Binary or Multiclass))
        {
            mistakes.Add($"task is '{schema.Task}', but must be regression, binary or multiclass");
        }

        if (schema.Columns.Count == 0)
        {
            mistakes.Add("columns is empty");
        }

        CheckColumns(schema.Columns, mistakes);
        CheckLabels(schema, mistakes);
        if (mistakes.Count == 0)
        {
            return schema;
        }

        const int Shown = 3;
        var rest = mistakes.Count > Shown ? $"; and {mistakes.Count - Shown} more mistakes" : "";
        throw new SlipwayException(ErrorKind.InvalidInput, $"{TabularSchema.FileName} is not usable: {string.Join("; ", mistakes.Take(Shown))}{rest}.") { Details = mistakes };
    }

    private static void CheckColumns(IReadOnlyList<TabularColumn> columns, List<string> mistakes)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < columns.Count; i++)
        {
            if (columns[i] is not { Name.Length: > 0 } column)
            {
                mistakes.Add($"column {i} has no name");
                continue;
            }

            if (!names.Add(column.Name))
            {
                mistakes.Add($"column '{column.Name}' is there twice");
            }

            if (column.Categories is null)
            {
                continue;
            }

            var values = new HashSet<string>(StringComparer.Ordinal);
            foreach (var value in column.Categories)
            {
                if (value is null || !values.Add(value))
                {
                    mistakes.Add(value is null ? $"column '{column.Name}' has null among its categories" : $"column '{column.Name}' has the category '{value}' twice");
                }
            }
        }
    }

    private static void CheckLabels(TabularSchema schema, List<string> mistakes)
    {
        var count = schema.Labels.Count;
        if (schema.Task == Regression && count != 0)
        {
            mistakes.Add($"a regression has no labels, but {count} are given");
        }
        else if (schema.Task == Binary && count != 2)
        {
            mistakes.Add($"binary needs two labels, the second is the positive one, but {count} are given");
        }
        else if (schema.Task == Multiclass && count < 2)
        {
            mistakes.Add($"multiclass needs at least two labels, but {count} are given");
        }

        if (schema.Labels.Any(label => label is null) || schema.Labels.Distinct(StringComparer.Ordinal).Count() != count)
        {
            mistakes.Add("labels must be texts that differ from each other");
        }
    }
}
