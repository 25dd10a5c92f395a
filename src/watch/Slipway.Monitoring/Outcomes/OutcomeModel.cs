using Slipway.Monitoring.Log;
using Slipway.Statistics.Quality;

namespace Slipway.Monitoring.Outcomes;

/// <summary>How a version's scores and labels are read.</summary>
/// <param name="Task">What it predicts.</param>
/// <param name="Labels">Its classes in the order of the scores; empty where the artifact does not say.</param>
/// <param name="ScoreOutputs">The outputs that may hold scores, in the signature's order; empty where the signature is not known.</param>
internal sealed record OutcomeModel(LearningTask Task, IReadOnlyList<string> Labels, IReadOnlyList<string> ScoreOutputs)
{
    /// <summary>
    /// The output that holds the scores: the first of floats with as many numbers a row as the task needs, as validation chooses it. Null where there is none, as in failed calls.
    /// </summary>
    public LoggedColumn? FindScores(PredictionBatch batch) =>
        batch.Outputs.FirstOrDefault(output => (ScoreOutputs.Count == 0 || ScoreOutputs.Contains(output.Name)) && Fits(output));

    /// <summary>A row's scores: the value of a regression, the positive class's score of a binary model, one score a class of a multiclass one; empty where they are missing.</summary>
    public double[] Scores(LoggedColumn? column, int row) => column switch
    {
        NumberValues numbers => [numbers.Values[row]],
        VectorValues { Values: var vectors } when vectors[row] is { Length: > 0 } scores => Task == LearningTask.Multiclass ? scores : [scores[^1]],
        _ => [],
    };

    /// <summary>The same without an array for a single score: NaN where it is missing, and the scores of a multiclass model in <paramref name="several"/>.</summary>
    public double Score(LoggedColumn? column, int row, out double[]? several)
    {
        several = null;
        switch (column)
        {
            case NumberValues numbers:
                return numbers.Values[row];
            case VectorValues { Values: var vectors } when vectors[row] is { Length: > 0 } scores:
                several = Task == LearningTask.Multiclass ? scores : null;
                return scores[^1];
            default:
                return double.NaN;
        }
    }

    private bool Fits(LoggedColumn output)
    {
        var width = output switch
        {
            NumberValues => 1,
            VectorValues vectors => Array.Find(vectors.Values, v => v is not null)?.Length ?? 0,
            _ => 0,
        };

        return width > 0 && Task switch { LearningTask.Multiclass => width >= 2, LearningTask.Binary => width <= 2, _ => width == 1 };
    }
}
