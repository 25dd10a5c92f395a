using System.Globalization;
using Slipway.Inference;
using Slipway.Monitoring.Profiles;
using Slipway.Statistics.Quality;

namespace Slipway.Monitoring.Diff;

/// <summary>Compares the scores that two versions gave to the same rows. Pure.</summary>
internal static class PredictionComparison
{
    private const int MostRows = 10;

    public static PredictionsDiff Of(ComparedRows rows, LearningTask task, Scored a, Scored b)
    {
        var comparable = a.Width == b.Width && (task != LearningTask.Multiclass || a.Signature.Labels.SequenceEqual(b.Signature.Labels));
        var differences = new double?[rows.Count];
        var (same, sameClass, sum, max, told) = (0, 0, 0.0, 0.0, 0);
        for (var row = 0; row < rows.Count; row++)
        {
            differences[row] = comparable ? Difference(a, b, row) : null;
            sameClass += task != LearningTask.Regression && ClassOf(task, a, row) == ClassOf(task, b, row) ? 1 : 0;
            if (differences[row] is { } difference)
            {
                same += difference == 0 ? 1 : 0;
                sum += difference;
                max = Math.Max(max, difference);
                told++;
            }
        }

        var most = Enumerable.Range(0, rows.Count)
            .Where(row => comparable ? differences[row] is > 0 : ClassOf(task, a, row) != ClassOf(task, b, row))
            .OrderByDescending(row => differences[row] ?? 0)
            .Take(MostRows)
            .Select(row => new DifferentRow(rows.NameOf(row), Tell(task, a, row), Tell(task, b, row), differences[row], rows.InputsOf(row, b.Signature)));
        return new PredictionsDiff(same, told > 0 ? sum / told : null, told > 0 ? max : null, task == LearningTask.Regression ? null : (double)sameClass / rows.Count, [.. most]);
    }

    // Of a row that one of them has no number for nothing can be said.
    private static double? Difference(Scored a, Scored b, int row)
    {
        var largest = 0.0;
        for (var i = row * a.Width; i < (row + 1) * a.Width; i++)
        {
            largest = Math.Max(largest, Math.Abs(a.Scores[i] - b.Scores[i]));
        }

        return double.IsFinite(largest) ? largest : null;
    }

    private static string ClassOf(LearningTask task, Scored scored, int row)
    {
        if (task != LearningTask.Multiclass)
        {
            return PredictionOutput.ClassName(scored.Scores[row] >= 0.5 ? 1 : 0, scored.Signature.Labels);
        }

        var best = 0;
        for (var c = 1; c < scored.Width; c++)
        {
            best = scored.Scores[(row * scored.Width) + c] > scored.Scores[(row * scored.Width) + best] ? c : best;
        }

        return PredictionOutput.ClassName(best, scored.Signature.Labels);
    }

    private static string Tell(LearningTask task, Scored scored, int row) => task == LearningTask.Multiclass
        ? ClassOf(task, scored, row)
        : scored.Scores[row * scored.Width].ToString("G6", CultureInfo.InvariantCulture);
}

/// <summary>What a version gave to rows.</summary>
/// <param name="Signature">Its contract.</param>
/// <param name="Scores">Row by row.</param>
/// <param name="Width">How many a row has.</param>
internal sealed record Scored(ModelSignature Signature, double[] Scores, int Width);
