using System.Buffers.Binary;
using Slipway.Core.Errors;
using Slipway.Inference.Tensors;

namespace Slipway.Serving.OpenInference;

/// <summary>
/// Tensors as bytes: little-endian, row by row, without gaps; a BYTES element is its length in four bytes and then itself. REST sends them so behind its JSON, and gRPC in its raw contents.
/// </summary>
internal static class BinaryTensors
{
    /// <summary>The header that says where the JSON of a request or an answer ends.</summary>
    public const string LengthHeader = "Inference-Header-Content-Length";

    /// <summary>The bytes of a BYTES element's length.</summary>
    public const int LengthSize = sizeof(uint);

    /// <summary>Fills a BYTES tensor; its elements point into <paramref name="bytes"/>.</summary>
    /// <exception cref="SlipwayException">The lengths do not add up.</exception>
    public static void ReadTexts(ReadOnlyMemory<byte> bytes, Tensor tensor)
    {
        var items = tensor.Items;
        var at = 0;
        for (var i = 0; i < items.Length; i++)
        {
            if (bytes.Length - at < LengthSize)
            {
                throw Bad($"Input '{tensor.Name}' ends before the length of its element {i}");
            }

            var length = BinaryPrimitives.ReadUInt32LittleEndian(bytes.Span[at..]);
            at += LengthSize;
            if (length > bytes.Length - at)
            {
                throw Bad($"Element {i} of input '{tensor.Name}' says that it has {length} bytes, but {bytes.Length - at} are left of the input");
            }

            items[i] = bytes.Slice(at, (int)length);
            at += (int)length;
        }

        if (at < bytes.Length)
        {
            throw Bad($"Input '{tensor.Name}' has {bytes.Length - at} bytes left behind its {items.Length} elements");
        }
    }

    /// <summary>Refuses a BOOL tensor with anything but 0 and 1: a model may take another byte for neither.</summary>
    public static void CheckTruth(Tensor tensor)
    {
        if (tensor.Type != TensorType.Bool)
        {
            return;
        }

        var wrong = tensor.Raw.IndexOfAnyExceptInRange((byte)0, (byte)1);
        if (wrong >= 0)
        {
            throw Bad($"Element {wrong} of input '{tensor.Name}' is {tensor.Raw[wrong]}, but a BOOL is 0 or 1");
        }
    }

    /// <summary>The number of bytes that <see cref="Write"/> writes.</summary>
    public static long Size(Tensor tensor)
    {
        if (tensor.Type != TensorType.Bytes)
        {
            return tensor.Raw.Length;
        }

        var size = (long)LengthSize * tensor.Count;
        foreach (var item in tensor.Items)
        {
            size += item.GetValueOrDefault().Length;
        }

        return size;
    }

    /// <summary>Appends an output. The caller has refused what has no binary form with <see cref="CheckComplete"/>.</summary>
    public static void Write(Tensor tensor, CallBuffer answer)
    {
        if (tensor.Type != TensorType.Bytes)
        {
            answer.Append(tensor.Raw);
            return;
        }

        foreach (var item in tensor.Items)
        {
            var text = item.GetValueOrDefault().Span;
            BinaryPrimitives.WriteUInt32LittleEndian(answer.GetSpan(LengthSize), (uint)text.Length);
            answer.Advance(LengthSize);
            answer.Append(text);
        }
    }

    /// <summary>Refuses an output with a missing text: as bytes it could not be told from an empty one.</summary>
    public static void CheckComplete(string deployment, Tensor output)
    {
        var items = output.Items;
        for (var i = 0; i < items.Length; i++)
        {
            if (items[i] is null)
            {
                throw Bad($"Element {i} of output '{output.Name}' of {deployment} is missing, which the binary form has nothing for. Ask for this output as JSON");
            }
        }
    }

    private static SlipwayException Bad(string message) => new(ErrorKind.InvalidInput, message + ".");
}
