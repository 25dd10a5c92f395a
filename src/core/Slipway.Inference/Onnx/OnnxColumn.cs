using Slipway.Core.Errors;
using Slipway.Inference.Tabular;
using Slipway.Inference.Tensors;

namespace Slipway.Inference.Onnx;

/// <summary>One column on its way into an ONNX model's input.</summary>
internal sealed class OnnxColumn(TensorSpec input, TabularColumn column, int index)
{
    private readonly CategoryCodes? _codes = column.Categories is { } categories ? new CategoryCodes(categories) : null;

    public string Name => column.Name;

    public int Index => index;

    /// <summary>
    /// Writes the column into <paramref name="target"/>, its values <paramref name="step"/> apart from <paramref name="offset"/> on. The column is one of
    /// <paramref name="inputs"/>, or stands in their matrix of <paramref name="width"/> columns.
    /// </summary>
    public void Write(TensorSet inputs, bool matrix, int width, Tensor target, int offset, int step)
    {
        var source = matrix ? inputs[0] : inputs[index];
        var rows = matrix ? source.Count / width : source.Count;
        if (target.Type == TensorType.Bytes)
        {
            source.Items.CopyTo(target.Items);
            return;
        }

        if (_codes is null && target.Type == TensorType.Float32)
        {
            // What nearly every model takes, without a decision for each value.
            var from = source.Values<double>();
            var to = target.Values<float>();
            var (at, apart) = matrix ? (index, width) : (0, 1);
            for (var i = 0; i < rows; i++)
            {
                to[offset + (i * step)] = (float)from[at + (i * apart)];
            }

            return;
        }

        for (var i = 0; i < rows; i++)
        {
            var value = _codes is not null ? _codes.Find(source.Items[i]) : source.Values<double>()[matrix ? (i * width) + index : i];
            Put(target, offset + (i * step), value, i);
        }
    }

    private void Put(Tensor target, int at, double value, int row)
    {
        switch (target.Type)
        {
            case TensorType.Float64:
                target.Values<double>()[at] = value;
                break;
            case TensorType.Float32:
                target.Values<float>()[at] = (float)value;
                break;
            case TensorType.Float16:
                target.Values<Half>()[at] = (Half)value;
                break;
            case TensorType.Int64 when IsWhole(value, long.MinValue, -(double)long.MinValue):
                target.Values<long>()[at] = (long)value;
                break;
            case TensorType.Int32 when IsWhole(value, int.MinValue, -(double)int.MinValue):
                target.Values<int>()[at] = (int)value;
                break;
            case TensorType.Bool when value is 0 or 1:
                target.Values<byte>()[at] = (byte)value;
                break;
            default:
                throw new SlipwayException(
                    ErrorKind.InvalidInput,
                    $"Input '{column.Name}' is {(double.IsNaN(value) ? "missing or unknown" : value)} in row {row}, but the model takes {input.Type.WireName()}.");
        }
    }

    private static bool IsWhole(double value, double least, double beyond) => value >= least && value < beyond && Math.Floor(value) == value;
}
