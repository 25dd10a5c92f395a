using System.Buffers;
using Microsoft.ML.OnnxRuntime;
using Slipway.Core.Errors;
using Slipway.Inference.Tensors;

namespace Slipway.Inference.Onnx;

/// <summary>Native tensors over memory of ours.</summary>
internal static class OnnxTensors
{
    public static int Bytes(TensorType type, ReadOnlySpan<long> shape)
    {
        long count = type.Size();
        foreach (var dimension in shape)
        {
            count = checked(count * dimension);
        }

        return checked((int)count);
    }

    public static OrtValue Over(nint address, int bytes, TensorType type, long[] shape) =>
        OrtValue.CreateTensorValueWithData(OrtMemoryInfo.DefaultInstance, OnnxTypes.Of(type), shape, address, bytes);

    /// <summary>A native tensor over the tensor's own memory, which <paramref name="pin"/> holds still; of text, a copy.</summary>
    public static unsafe OrtValue Over(Tensor tensor, string name, out MemoryHandle pin)
    {
        var shape = tensor.Shape.ToArray();
        pin = default;
        if (tensor.Type == TensorType.Bytes)
        {
            var value = OrtValue.CreateTensorWithEmptyStrings(OrtAllocator.DefaultInstance, shape);
            try
            {
                FillText(tensor, value, name);
                return value;
            }
            catch
            {
                value.Dispose();
                throw;
            }
        }

        if (tensor.Count == 0)
        {
            // Nothing has no address.
            return OrtValue.CreateAllocatedTensorValue(OrtAllocator.DefaultInstance, OnnxTypes.Of(tensor.Type), shape);
        }

        pin = tensor.Memory.Pin();
        return Over((nint)pin.Pointer, tensor.Raw.Length, tensor.Type, shape);
    }

    public static void FillText(Tensor tensor, OrtValue value, string name)
    {
        var items = tensor.Items;
        for (var i = 0; i < items.Length; i++)
        {
            if (items[i] is not { } text)
            {
                throw new SlipwayException(ErrorKind.InvalidInput, $"Input '{name}' is null at element {i}, but the model knows no missing text.");
            }

            value.StringTensorSetElementAt(text.Span, i);
        }
    }
}
