using System.Text;
using Slipway.Inference.Tensors;

namespace Slipway.Inference.Tabular;

/// <summary>
/// What every tabular model answers with: a regression <c>prediction</c> FP64 [−1]; binary <c>probability</c> FP64 [−1] of the second label and
/// <c>label</c> BYTES [−1], positive from ½ on; multiclass <c>probabilities</c> FP64 [−1,K] and <c>label</c>, the first of the likeliest.
/// </summary>
internal sealed class TabularOutputs
{
    private readonly string _task;
    private readonly ReadOnlyMemory<byte>[] _labels;

    public TabularOutputs(string task, IReadOnlyList<string> labels)
    {
        _task = task;
        _labels = [.. labels.Select(label => (ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes(label))];
        var text = new TensorSpec("label", TensorType.Bytes, [-1]);
        Specs = task switch
        {
            TabularSchemaRules.Regression => [new TensorSpec("prediction", TensorType.Float64, [-1])],
            TabularSchemaRules.Binary => [new TensorSpec("probability", TensorType.Float64, [-1]), text],
            _ => [new TensorSpec("probabilities", TensorType.Float64, [-1, labels.Count]), text],
        };
    }

    public IReadOnlyList<TensorSpec> Specs { get; }

    /// <summary>How many scores a row has.</summary>
    public int Width => Math.Max(1, _task == TabularSchemaRules.Multiclass ? _labels.Length : 1);

    /// <summary>Adds the tensor of scores and returns its values, row by row, to be filled; then <see cref="AddLabels"/> follows.</summary>
    public Span<double> AddScores(TensorSet outputs, int rows)
    {
        var spec = Specs[0];
        var tensor = spec.Shape.Count == 1 ? outputs.Add(spec.Name, TensorType.Float64, [rows]) : outputs.Add(spec.Name, TensorType.Float64, [rows, Width]);
        return tensor.Values<double>();
    }

    /// <summary>Adds the labels that follow from the scores.</summary>
    public void AddLabels(TensorSet outputs, ReadOnlySpan<double> scores, int rows)
    {
        if (_labels.Length == 0)
        {
            return;
        }

        var items = outputs.Add("label", TensorType.Bytes, [rows]).Items;
        if (_task == TabularSchemaRules.Binary)
        {
            for (var i = 0; i < rows; i++)
            {
                items[i] = _labels[scores[i] >= 0.5 ? 1 : 0];
            }

            return;
        }

        for (var i = 0; i < rows; i++)
        {
            var row = scores.Slice(i * _labels.Length, _labels.Length);
            var best = 0;
            for (var k = 1; k < row.Length; k++)
            {
                best = row[k] > row[best] ? k : best;
            }

            items[i] = _labels[best];
        }
    }
}
