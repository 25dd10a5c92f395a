using System.Globalization;
using System.Numerics;
using Slipway.Inference.Tensors;

namespace Slipway.Serving.OpenInference;

/// <content>Tensors whose values lie behind the JSON, in the order of the inputs (Triton's extension <c>binary_tensor_data</c>).</content>
internal ref partial struct InferRequestParser
{
    private void ReadBinary(in InputHead input, scoped ReadOnlySpan<long> shape)
    {
        var name = input.Name!;
        if (!_hasBinary)
        {
            throw Bad($"Input '{Short(name)}' has binary_data_size, but the request has no header {BinaryTensors.LengthHeader}, which says where its JSON ends");
        }

        var left = _body.Length - _binaryAt;
        if (input.BinarySize > left)
        {
            throw Bad($"Input '{Short(name)}' has binary_data_size {input.BinarySize}, but {left} bytes of the body are left for it");
        }

        var bytes = _body.Slice(_binaryAt, (int)input.BinarySize);
        _binaryAt += bytes.Length;
        _lastBinary = name;
        if (input.Type == TensorType.Bytes)
        {
            ReadBinaryTexts(name, shape, bytes);
            return;
        }

        // Compared before memory is taken: the length of the body bounds the tensor, whatever its shape says.
        var size = input.Type!.Value.Size();
        var expected = Elements(shape) * size;
        if (expected != bytes.Length)
        {
            throw Bad($"Input '{Short(name)}' has shape {ShapeText(shape)} of {input.Type.Value.WireName()}, which is {Show(expected)} bytes, but its binary_data_size is {bytes.Length}");
        }

        var tensor = _call.Inputs.Add(name, input.Type.Value, shape);
        bytes.Span.CopyTo(tensor.Raw);
        BinaryTensors.CheckTruth(tensor);
    }

    private void ReadBinaryTexts(string name, scoped ReadOnlySpan<long> shape, ReadOnlyMemory<byte> bytes)
    {
        var count = Elements(shape);
        if (count * BinaryTensors.LengthSize > bytes.Length)
        {
            throw Bad(
                $"Input '{Short(name)}' has shape {ShapeText(shape)} of BYTES, which is {Show(count)} lengths of {BinaryTensors.LengthSize} bytes each and the texts, but its binary_data_size is {bytes.Length}");
        }

        if (_elements + count > _maxElements)
        {
            throw TooMany(name, shape);
        }

        _elements += (int)count;
        BinaryTensors.ReadTexts(bytes, _call.Inputs.Add(name, TensorType.Bytes, shape));
    }

    /// <summary>What is left behind the last binary tensor belongs to nobody: a size lies, or an input is missing.</summary>
    private readonly void RefuseRest()
    {
        if (_hasBinary && _binaryAt < _body.Length)
        {
            var left = _body.Length - _binaryAt;
            throw Bad(_lastBinary is null
                ? $"{left} bytes follow the JSON, but no input has the parameter binary_data_size"
                : $"{left} bytes are left behind input '{Short(_lastBinary)}', the last that has binary_data_size");
        }
    }

    // Sixteen dimensions of 63 bits do not overflow a double, which is exact as far as any body is long.
    private static double Elements(ReadOnlySpan<long> shape)
    {
        var count = 1.0;
        foreach (var dimension in shape)
        {
            count *= dimension;
        }

        return count;
    }

    private static string Show(double count) => new BigInteger(count).ToString(CultureInfo.InvariantCulture);
}
