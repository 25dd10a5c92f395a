using Slipway.Core.Errors;
using Slipway.Core.Projects;
using Slipway.Statistics;

namespace Slipway.Training;

/// <summary>Which rows are learned from and which are held out.</summary>
/// <param name="By"><c>time</c> or <c>random</c>.</param>
/// <param name="Training">The rows to learn from, in ascending order.</param>
/// <param name="Test">The rows held out for validation, in ascending order.</param>
/// <param name="Fit">The first four fifths of the training rows (by time, or at random): what a search fits its trials to.</param>
/// <param name="Judge">The other fifth: what a search judges its trials by, so that it never sees the test rows.</param>
internal sealed record HoldOut(string By, int[] Training, int[] Test, int[] Fit, int[] Judge)
{
    private const string Time = "time";
    private const string Random = "random";
    private const double Judged = 0.2;

    /// <param name="split">What the project says.</param>
    /// <param name="rows">The number of rows; in order of time when there is a time column.</param>
    /// <param name="hasTime">Whether the data has a time column.</param>
    /// <param name="seed">The recipe's seed.</param>
    public static HoldOut Of(SplitSection split, int rows, bool hasTime, int seed)
    {
        var by = split.By ?? (hasTime ? Time : Random);
        if (by is not (Time or Random))
        {
            throw Invalid($"train.split.by is '{by}', but rows are held out by time or random.");
        }

        if (by == Time && !hasTime)
        {
            throw Invalid("train.split.by is time, but the data has no time column. Name it as data.time, or split at random.");
        }

        if (!(split.Test is > 0 and < 1))
        {
            throw Invalid(FormattableString.Invariant($"train.split.test is {split.Test}, but the share of rows to hold out lies between 0 and 1."));
        }

        // At least one row to test and three to train, of which a search fits two and judges by one.
        if (rows < 4)
        {
            throw Invalid($"The data has {rows} rows, too few to learn from and to hold some out. Provide more.");
        }

        int[] order = [.. Enumerable.Range(0, rows)];
        if (by == Random)
        {
            new SeededRandom(seed).Shuffle<int>(order);
        }

        var test = Math.Clamp((int)Math.Round(rows * split.Test), 1, rows - 3);
        var training = rows - test;
        var judged = Math.Clamp((int)Math.Round(training * Judged), 1, training - 2);
        return new HoldOut(by, Sorted(order[..training]), Sorted(order[training..]), Sorted(order[..(training - judged)]), Sorted(order[(training - judged)..training]));
    }

    private static int[] Sorted(int[] rows)
    {
        Array.Sort(rows);
        return rows;
    }

    private static SlipwayException Invalid(string message) => new(ErrorKind.InvalidInput, message);
}
