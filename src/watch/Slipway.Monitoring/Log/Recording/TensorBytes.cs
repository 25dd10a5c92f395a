using System.Buffers.Binary;
using Slipway.Inference.Tensors;

namespace Slipway.Monitoring.Log.Recording;

/// <summary>
/// A tensor's values as bytes. Numbers lie as they do in the tensor, filled up to a multiple of eight; of texts the length of all comes first, then each as a length (−1 is missing) and its bytes.
/// </summary>
internal static class TensorBytes
{
    /// <summary>The bytes that a tensor takes.</summary>
    public static long Measure(Tensor tensor)
    {
        if (tensor.Type != TensorType.Bytes)
        {
            return Whole((long)tensor.Count * tensor.Type.Size());
        }

        long bytes = sizeof(int);
        foreach (var item in tensor.Items)
        {
            bytes += sizeof(int) + (item?.Length ?? 0);
        }

        return Whole(bytes);
    }

    /// <summary>Writes a tensor and moves <paramref name="target"/> behind it.</summary>
    public static void Write(Tensor tensor, ref Span<byte> target)
    {
        var length = 0;
        if (tensor.Type == TensorType.Bytes)
        {
            length = sizeof(int);
            foreach (var item in tensor.Items)
            {
                BinaryPrimitives.WriteInt32LittleEndian(target[length..], item?.Length ?? -1);
                length += sizeof(int);
                if (item is { } text)
                {
                    text.Span.CopyTo(target[length..]);
                    length += text.Length;
                }
            }

            BinaryPrimitives.WriteInt32LittleEndian(target, length - sizeof(int));
        }
        else
        {
            var raw = tensor.Raw;
            raw.CopyTo(target);
            length = raw.Length;
        }

        target = target[(int)Whole(length)..];
    }

    /// <summary>The values of the next tensor; moves <paramref name="data"/> behind it.</summary>
    public static ReadOnlySpan<byte> Read(ref ReadOnlySpan<byte> data, in RouteTensor tensor, int rows)
    {
        var begin = tensor.Type == TensorType.Bytes ? sizeof(int) : 0;
        var length = tensor.Type == TensorType.Bytes
            ? BinaryPrimitives.ReadInt32LittleEndian(data)
            : tensor.Elements * (tensor.ByRow ? rows : 1) * tensor.Type.Size();
        var values = data.Slice(begin, length);
        data = data[(int)Whole(begin + length)..];
        return values;
    }

    private static long Whole(long bytes) => (bytes + 7) & ~7L;
}
