using Microsoft.ML.OnnxRuntime;
using Slipway.Core.Errors;
using Slipway.Inference.Tensors;

namespace Slipway.Inference.Onnx;

/// <summary>What ONNX Runtime says of a model's inputs and outputs, in our terms.</summary>
internal static class OnnxSignature
{
    public static IReadOnlyList<TensorSpec> Inputs(InferenceSession session, string file)
    {
        var inputs = new List<TensorSpec>();
        foreach (var name in session.InputNames)
        {
            var metadata = session.InputMetadata[name];
            inputs.Add(Spec(name, metadata) ?? throw new SlipwayException(
                ErrorKind.InvalidInput,
                $"{file} takes '{name}' as {Describe(metadata)}, which cannot be sent. Export the model with tensor inputs of numbers, BOOL or text."));
        }

        return inputs;
    }

    /// <summary>The outputs that are tensors; others are left out as long as there is one.</summary>
    public static IReadOnlyList<TensorSpec> Outputs(InferenceSession session, string file)
    {
        var outputs = new List<TensorSpec>();
        var other = "";
        foreach (var name in session.OutputNames)
        {
            var metadata = session.OutputMetadata[name];
            if (Spec(name, metadata) is { } spec)
            {
                outputs.Add(spec);
            }
            else
            {
                other = $"'{name}' is {Describe(metadata)}";
            }
        }

        return outputs.Count > 0
            ? outputs
            : throw new SlipwayException(
                ErrorKind.InvalidInput,
                $"{file} has no output that is a tensor ({(other.Length > 0 ? other : "it has none at all")}). Export a scikit-learn classifier with options={{'zipmap': False}}.");
    }

    /// <summary>
    /// True when every output's shape is known once the inputs' shapes are: fixed dimensions, an input's symbols, and the rows. A model that says so and does otherwise is noticed
    /// when it runs.
    /// </summary>
    public static bool OutputsFollowInputs(InferenceSession session, IReadOnlyList<TensorSpec> outputs)
    {
        var symbols = session.InputMetadata.Values.SelectMany(input => input.SymbolicDimensions).Where(symbol => symbol.Length > 0).ToHashSet(StringComparer.Ordinal);
        foreach (var output in outputs)
        {
            var symbolic = session.OutputMetadata[output.Name].SymbolicDimensions;

            // Text is written anew each time; an unknown shape looks like a scalar, and a scalar costs nothing to allocate.
            if (output.Type == TensorType.Bytes || output.Shape.Count == 0)
            {
                return false;
            }

            for (var i = 0; i < output.Shape.Count; i++)
            {
                if (output.Shape[i] < 0 && i > 0 && !symbols.Contains(symbolic[i]))
                {
                    return false;
                }
            }
        }

        return true;
    }

    private static TensorSpec? Spec(string name, NodeMetadata metadata) =>
        metadata.OnnxValueType == OnnxValueType.ONNX_TYPE_TENSOR && OnnxTypes.Of(metadata.ElementDataType) is { } type
            ? new TensorSpec(name, type, [.. metadata.Dimensions.Select(dimension => (long)dimension)])
            : null;

    private static string Describe(NodeMetadata metadata) => metadata.OnnxValueType switch
    {
        OnnxValueType.ONNX_TYPE_TENSOR => $"a tensor of {metadata.ElementDataType}",
        OnnxValueType.ONNX_TYPE_SEQUENCE => "a sequence",
        OnnxValueType.ONNX_TYPE_MAP => "a map",
        OnnxValueType.ONNX_TYPE_OPTIONAL => "an optional value",
        _ => "a sparse tensor",
    };
}
