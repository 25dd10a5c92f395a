using System.Globalization;
using System.Numerics;
using System.Text;
using Slipway.Core.Errors;
using Slipway.Inference;
using Slipway.Inference.Tensors;

namespace Slipway.Serving.OpenInference;

/// <summary>
/// The highest values of an output with the classes they belong to, as texts <c>value:index[:label]</c> (Triton's extension <c>classification</c>). The first dimension is the rows; all that follow
/// are the classes.
/// </summary>
internal static class Classification
{
    /// <summary>A BYTES tensor of the output's name with the shape [rows, classes], highest value first; of equal values, the lower index.</summary>
    /// <param name="deployment">How messages call the model.</param>
    /// <param name="signature">Has the labels.</param>
    /// <param name="output">Numbers.</param>
    /// <param name="classes">How many a row; a row that has fewer gives them all.</param>
    /// <exception cref="SlipwayException">The output has no numbers to be ordered.</exception>
    public static Tensor Of(string deployment, ModelSignature signature, Tensor output, int classes) => output.Type switch
    {
        TensorType.Float64 => Of<double>(signature, output, classes),
        TensorType.Float32 => Of<float>(signature, output, classes),
        TensorType.Float16 => Of<Half>(signature, output, classes),
        TensorType.Int64 => Of<long>(signature, output, classes),
        TensorType.Int32 => Of<int>(signature, output, classes),
        TensorType.Int16 => Of<short>(signature, output, classes),
        TensorType.Int8 => Of<sbyte>(signature, output, classes),
        TensorType.UInt64 => Of<ulong>(signature, output, classes),
        TensorType.UInt32 => Of<uint>(signature, output, classes),
        TensorType.UInt16 => Of<ushort>(signature, output, classes),
        TensorType.UInt8 => Of<byte>(signature, output, classes),
        _ => throw new SlipwayException(
            ErrorKind.InvalidInput,
            $"Output '{output.Name}' of {deployment} is {output.Type.WireName()}, whose values have no order, so it cannot be asked for with \"classification\". Ask for it as it is."),
    };

    private static Tensor Of<T>(ModelSignature signature, Tensor output, int classes)
        where T : unmanaged, INumber<T>
    {
        var values = output.Values<T>();
        var rows = output.Rank == 0 ? 1 : (int)output.Shape[0];
        var width = rows == 0 ? 0 : values.Length / rows;
        var taken = Math.Min(classes, width);
        var labels = LabelsOf(signature, width, out var first);

        var result = new Tensor();
        result.Reset(output.Name, TensorType.Bytes, [rows, taken]);
        var order = new int[width];
        for (var row = 0; row < rows; row++)
        {
            var scores = values.Slice(row * width, width).ToArray();
            for (var i = 0; i < width; i++)
            {
                order[i] = i;
            }

            Array.Sort(order, (a, b) => Compare(scores, a, b));
            for (var i = 0; i < taken; i++)
            {
                var index = order[i];
                var text = string.Create(CultureInfo.InvariantCulture, $"{scores[index]}:{index + first}");
                result.Items[(row * taken) + i] = Encoding.UTF8.GetBytes(labels is null ? text : $"{text}:{labels[index + first]}");
            }
        }

        return result;
    }

    // A score a class, or the one score of two classes, which is that of the second.
    private static IReadOnlyList<string>? LabelsOf(ModelSignature signature, int width, out int first)
    {
        first = signature.Labels.Count == 2 && width == 1 ? 1 : 0;
        return signature.Labels.Count == width || first == 1 ? signature.Labels : null;
    }

    // NaN is no value at all, so it comes last.
    private static int Compare<T>(T[] scores, int a, int b)
        where T : unmanaged, INumber<T>
    {
        var byValue = (T.IsNaN(scores[a]), T.IsNaN(scores[b])) switch
        {
            (true, true) => 0,
            (true, false) => 1,
            (false, true) => -1,
            _ => scores[b].CompareTo(scores[a]),
        };
        return byValue != 0 ? byValue : a.CompareTo(b);
    }
}
