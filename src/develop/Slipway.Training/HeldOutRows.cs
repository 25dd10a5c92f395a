using System.Globalization;
using Slipway.Core.Errors;
using Slipway.Core.Projects;

namespace Slipway.Training;

/// <summary>Finds out again which rows a training held out, from its recipe: the same split of the same rows is the same rows.</summary>
public static class HeldOutRows
{
    /// <summary>The held-out rows as indices into the dataset's order, ascending; null where the recipe does not say how it split.</summary>
    /// <param name="recipe">The recipe, as <see cref="TrainedModel.Recipe"/> has it.</param>
    /// <param name="rows">How many rows the dataset has.</param>
    /// <param name="hasTime">Whether it has a time column.</param>
    public static int[]? Of(IReadOnlyDictionary<string, string> recipe, int rows, bool hasTime)
    {
        if (!recipe.TryGetValue("split.by", out var by)
            || !double.TryParse(recipe.GetValueOrDefault("split.test"), NumberStyles.Float, CultureInfo.InvariantCulture, out var test)
            || !int.TryParse(recipe.GetValueOrDefault("seed"), NumberStyles.Integer, CultureInfo.InvariantCulture, out var seed))
        {
            return null;
        }

        try
        {
            return HoldOut.Of(new SplitSection(by, test), rows, hasTime, seed).Test;
        }
        catch (SlipwayException)
        {
            // A recipe that came from elsewhere may say what no split of ours does.
            return null;
        }
    }
}
