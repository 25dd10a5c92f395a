using System.Text;
using Slipway.Inference;
using Slipway.Inference.Tensors;

namespace Slipway.Develop.Tests.Validation;

/// <summary>A model whose scores are its inputs, so that a test decides every prediction.</summary>
internal sealed class ColumnModel(ModelSignature signature) : IModel
{
    public string Format => "column";

    public ModelSignature Signature => signature;

    /// <summary>How many rows each run had.</summary>
    public List<int> Runs { get; } = [];

    /// <summary>A tabular model of number columns that answers with them.</summary>
    public static ColumnModel Of(IReadOnlyList<string> columns, params string[] labels) => new(new ModelSignature(
        [.. columns.Select(c => new TensorSpec(c, TensorType.Float64, [-1]))], [new TensorSpec("scores", TensorType.Float64, [-1, columns.Count])], Tabular: true)
    {
        Labels = labels,
    });

    public void Run(TensorSet inputs, TensorSet outputs)
    {
        outputs.Clear();
        var rows = (int)inputs[0].Shape[0];
        Runs.Add(rows);
        var ids = outputs.Add("label", TensorType.Int64, [rows]).Values<long>();
        ids.Clear();

        var matrix = inputs.Count == 1 && inputs[0].Rank == 2;
        var width = matrix ? (int)inputs[0].Shape[1] : inputs.Count;
        var scores = outputs.Add("scores", TensorType.Float64, [rows, width]).Values<double>();
        for (var r = 0; r < rows; r++)
        {
            for (var c = 0; c < width; c++)
            {
                scores[(r * width) + c] = matrix ? At(inputs[0], (r * width) + c) : At(inputs[c], r);
            }
        }
    }

    public void Dispose()
    {
        // Nothing is held.
    }

    private static double At(Tensor tensor, int index) => tensor.Type switch
    {
        TensorType.Float64 => tensor.Values<double>()[index],
        TensorType.Float32 => tensor.Values<float>()[index],
        TensorType.Int64 => tensor.Values<long>()[index],
        _ => tensor.Items[index] is { } bytes ? double.Parse(Encoding.UTF8.GetString(bytes.Span), System.Globalization.CultureInfo.InvariantCulture) : -1,
    };
}
