using Slipway.Inference;
using Slipway.Inference.Tensors;

namespace Slipway.Serving.Repository.Folder;

/// <summary>
/// A model of one matrix whose columns have names: callers send the columns by name, or the matrix. Numbers arrive as FP64 and are rounded to what the model computes in, as those of every
/// table are.
/// </summary>
internal sealed class ColumnsModel : IModel
{
    private readonly IModel _model;
    private readonly TensorSpec _matrix;
    private readonly int _columns;

    // One a thread that runs: the matrix of a request, used again for the next.
    private readonly ThreadLocal<TensorSet> _inputs = new(() => new TensorSet());

    private ColumnsModel(IModel model, IReadOnlyList<string> columns)
    {
        _model = model;
        _matrix = model.Signature.Inputs[0];
        _columns = columns.Count;
        Signature = model.Signature with { Inputs = [.. columns.Select(name => new TensorSpec(name, TensorType.Float64, [-1]))], Tabular = true };
    }

    public string Format => _model.Format;

    public ModelSignature Signature { get; }

    public ModelLoadInfo LoadInfo => _model.LoadInfo;

    /// <summary>The model with its columns' names; as it is, where they do not fit its inputs.</summary>
    public static IModel Wrap(IModel model, IReadOnlyList<string> columns) =>
        columns.Count > 0 && model.Signature is { Tabular: false, Inputs: [{ Type: TensorType.Float32 or TensorType.Float64, Shape: [< 0, var width] }] } && (width == columns.Count || width < 0)
            ? new ColumnsModel(model, columns)
            : model;

    public void Run(TensorSet inputs, TensorSet outputs)
    {
        var sent = inputs.Count == 1 && inputs[0].Rank == 2;
        var rows = sent ? (int)inputs[0].Shape[0] : inputs[0].Count;
        var set = _inputs.Value!;
        set.Clear();
        var matrix = set.Add(_matrix.Name, _matrix.Type, [rows, _columns]);
        if (sent)
        {
            Write(inputs[0].Values<double>(), matrix, 0, 1);
        }
        else
        {
            for (var column = 0; column < _columns; column++)
            {
                Write(inputs[column].Values<double>(), matrix, column, _columns);
            }
        }

        _model.Run(set, outputs);
    }

    public void Dispose()
    {
        _model.Dispose();
        _inputs.Dispose();
    }

    private static void Write(ReadOnlySpan<double> values, Tensor matrix, int first, int step)
    {
        if (matrix.Type == TensorType.Float64)
        {
            var wide = matrix.Values<double>();
            for (var i = 0; i < values.Length; i++)
            {
                wide[first + (i * step)] = values[i];
            }

            return;
        }

        var narrow = matrix.Values<float>();
        for (var i = 0; i < values.Length; i++)
        {
            narrow[first + (i * step)] = (float)values[i];
        }
    }
}
