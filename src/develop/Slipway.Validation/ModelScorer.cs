using Slipway.Core.Errors;
using Slipway.Datasets;
using Slipway.Inference;
using Slipway.Inference.Tensors;
using Slipway.Statistics.Quality;

namespace Slipway.Validation;

/// <summary>Scores rows of a table with a model, as serving would: the same loader, the same checks, the same evaluator.</summary>
public static class ModelScorer
{
    // Large enough that the cost of a run does not count, small enough that the tensors of a wide table stay within some megabytes.
    private const int ChunkRows = 4096;

    /// <summary>The truth in <paramref name="label"/> and the model's scores, row by row. Memory beyond the result is bounded.</summary>
    /// <exception cref="SlipwayException">
    /// <see cref="ErrorKind.InvalidInput"/>: the table lacks a column that the model takes, a label is missing or unknown to the model, or the model's answer does not fit the task.
    /// </exception>
    public static ScoredRows Score(IModel model, LearningTask task, string label, Table rows, CancellationToken cancellationToken)
    {
        var truth = Truth.Read(rows[label], task, model.Signature.Labels);
        var feed = new InputFeed(model.Signature, rows, label);
        var inputs = new TensorSet();
        var outputs = new TensorSet();
        double[] scores = [];
        var width = 1;
        for (var first = 0; first < rows.Rows; first += ChunkRows)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var count = Math.Min(ChunkRows, rows.Rows - first);
            inputs.Clear();
            feed.Write(inputs, first, count);
            SignatureCheck.Apply(model.Signature, inputs);
            model.Run(inputs, outputs);

            var answer = ScoreOutput.Find(outputs, task, count);
            if (first == 0)
            {
                width = answer.Width;
                scores = new double[checked(rows.Rows * width)];
            }

            answer.CopyTo(scores.AsSpan(first * width, count * width));
        }

        if (task == LearningTask.Multiclass && rows.Rows > 0 && truth.Max() >= width)
        {
            throw new SlipwayException(ErrorKind.InvalidInput, $"The column '{label}' has the class {truth.Max()}, but the model knows only the classes 0 to {width - 1}.");
        }

        return new ScoredRows(task, truth, scores, width);
    }
}
