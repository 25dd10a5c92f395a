using Microsoft.ML.OnnxRuntime;
using Slipway.Inference.Tensors;

namespace Slipway.Inference.Onnx;

/// <summary>Copies what a run produced into the caller's tensors.</summary>
internal static class OnnxOutputs
{
    /// <summary>Adds one tensor per value.</summary>
    public static void Copy(IReadOnlyCollection<OrtValue> values, IReadOnlyList<TensorSpec> specs, TensorSet outputs)
    {
        var i = 0;
        foreach (var value in values)
        {
            var spec = specs[i++];
            var target = outputs.Add(spec.Name, spec.Type, value.GetTensorTypeAndShape().Shape);
            if (spec.Type == TensorType.Bytes)
            {
                CopyText(value, target.Items);
            }
            else if (target.Count > 0)
            {
                value.GetTensorMutableRawData().CopyTo(target.Raw);
            }
        }
    }

    // All texts of an output lie in one array.
    private static void CopyText(OrtValue value, Span<ReadOnlyMemory<byte>?> items)
    {
        var length = 0;
        for (var i = 0; i < items.Length; i++)
        {
            length = checked(length + value.GetStringElementAsSpan(i).Length);
        }

        var bytes = GC.AllocateUninitializedArray<byte>(length);
        var at = 0;
        for (var i = 0; i < items.Length; i++)
        {
            var text = value.GetStringElementAsSpan(i);
            text.CopyTo(bytes.AsSpan(at));
            items[i] = bytes.AsMemory(at, text.Length);
            at += text.Length;
        }
    }
}
