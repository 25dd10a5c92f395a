using Slipway.Core.Errors;
using Slipway.Inference.Tensors;
using Slipway.Statistics.Quality;

namespace Slipway.Validation;

/// <summary>The tensor among a model's outputs that holds the scores of a task: the first of floats with as many values a row as the task needs.</summary>
internal readonly struct ScoreOutput
{
    private readonly Tensor _tensor;
    private readonly int _step;

    private ScoreOutput(Tensor tensor, int step, int width)
    {
        _tensor = tensor;
        _step = step;
        Width = width;
    }

    /// <summary>How many scores a row has.</summary>
    public int Width { get; }

    public static ScoreOutput Find(TensorSet outputs, LearningTask task, int rows)
    {
        for (var i = 0; i < outputs.Count; i++)
        {
            var tensor = outputs[i];
            if (tensor.Type is not (TensorType.Float32 or TensorType.Float64) || tensor.Count == 0 || tensor.Count % rows != 0)
            {
                continue;
            }

            var step = tensor.Count / rows;
            if (task switch { LearningTask.Multiclass => step >= 2, LearningTask.Binary => step <= 2, _ => step == 1 })
            {
                return new ScoreOutput(tensor, step, task == LearningTask.Multiclass ? step : 1);
            }
        }

        var needed = task switch
        {
            LearningTask.Multiclass => "one probability a class",
            LearningTask.Binary => "the probability of the positive class (or of both)",
            _ => "one number",
        };
        throw new SlipwayException(ErrorKind.InvalidInput, $"No output of the model has {needed} for each row, in FP32 or FP64, as the task {task.Word()} needs.");
    }

    public void CopyTo(Span<double> scores)
    {
        // A binary model that answers with both probabilities is asked for the second.
        var skip = _step - Width;
        for (var i = 0; i < scores.Length; i++)
        {
            var at = Width == 1 ? (i * _step) + skip : i;
            scores[i] = _tensor.Type == TensorType.Float64 ? _tensor.Values<double>()[at] : _tensor.Values<float>()[at];
        }
    }
}
