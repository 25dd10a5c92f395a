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
        var (scores, width) = Predict(model, task, rows.Rows, new InputFeed(model.Signature, rows, label).Write, cancellationToken);
        if (task == LearningTask.Multiclass && rows.Rows > 0 && truth.Max() >= width)
        {
            throw new SlipwayException(ErrorKind.InvalidInput, $"The column '{label}' has the class {truth.Max()}, but the model knows only the classes 0 to {width - 1}.");
        }

        return new ScoredRows(task, truth, scores, width);
    }

    /// <summary>The model's scores alone, row by row, and how many a row has.</summary>
    /// <param name="model">The model.</param>
    /// <param name="task">What it predicts.</param>
    /// <param name="rows">How many rows there are.</param>
    /// <param name="fill">Adds the inputs of some rows: the set, the first row and how many.</param>
    /// <param name="cancellationToken">Ends it between two runs.</param>
    /// <exception cref="SlipwayException"><see cref="ErrorKind.InvalidInput"/>: the model does not take the rows, or its answer does not fit the task.</exception>
    public static (double[] Scores, int Width) Predict(IModel model, LearningTask task, int rows, Action<TensorSet, int, int> fill, CancellationToken cancellationToken)
    {
        var inputs = new TensorSet();
        var outputs = new TensorSet();
        double[] scores = [];
        var width = 1;
        for (var first = 0; first < rows; first += ChunkRows)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var count = Math.Min(ChunkRows, rows - first);
            inputs.Clear();
            fill(inputs, first, count);
            SignatureCheck.Apply(model.Signature, inputs);
            model.Run(inputs, outputs);

            var answer = ScoreOutput.Find(outputs, task, count);
            if (first == 0)
            {
                width = answer.Width;
                scores = new double[checked(rows * width)];
            }

            answer.CopyTo(scores.AsSpan(first * width, count * width));
        }

        return (scores, width);
    }
}
