using System.Buffers.Binary;
using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Slipway.Inference.Tensors;

namespace Slipway.Monitoring.Log.Recording;

/// <summary>Reads the copy of a tensor row by row into the values that the log keeps.</summary>
internal static class TensorRows
{
    /// <summary>Writes the elements as numbers; booleans are 0 and 1.</summary>
    public static void Numbers(ReadOnlySpan<byte> data, TensorType type, Span<double> target)
    {
        switch (type)
        {
            case TensorType.Float64:
                MemoryMarshal.Cast<byte, double>(data).CopyTo(target);
                break;
            case TensorType.Float32:
                Convert<float>(data, target);
                break;
            case TensorType.Bool or TensorType.UInt8:
                Convert<byte>(data, target);
                break;
            case TensorType.UInt16:
                Convert<ushort>(data, target);
                break;
            case TensorType.UInt32:
                Convert<uint>(data, target);
                break;
            case TensorType.UInt64:
                Convert<ulong>(data, target);
                break;
            case TensorType.Int8:
                Convert<sbyte>(data, target);
                break;
            case TensorType.Int16:
                Convert<short>(data, target);
                break;
            case TensorType.Int32:
                Convert<int>(data, target);
                break;
            case TensorType.Int64:
                Convert<long>(data, target);
                break;
            case TensorType.Float16:
                Convert<Half>(data, target);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(type), type, "Texts are no numbers.");
        }
    }

    /// <summary>The next text of a row, null when it is missing; several of one row as a JSON array. Bytes that are no UTF-8 become U+FFFD.</summary>
    public static string? Text(ref ReadOnlySpan<byte> data, int elements)
    {
        if (elements == 1)
        {
            return Next(ref data);
        }

        var texts = new string?[elements];
        for (var i = 0; i < elements; i++)
        {
            texts[i] = Next(ref data);
        }

        return JsonSerializer.Serialize(texts);
    }

    /// <summary>What is kept of a row of many numbers.</summary>
    public static TensorDigest Digest(ReadOnlySpan<byte> data, TensorType type, ReadOnlySpan<long> shape)
    {
        double min = double.PositiveInfinity, max = double.NegativeInfinity, sum = 0;
        var count = data.Length / type.Size();
        Span<double> block = stackalloc double[256];
        for (var i = 0; i < count; i += block.Length)
        {
            var some = block[..Math.Min(block.Length, count - i)];
            Numbers(data.Slice(i * type.Size(), some.Length * type.Size()), type, some);
            min = Math.Min(min, TensorPrimitives.Min<double>(some));
            max = Math.Max(max, TensorPrimitives.Max<double>(some));
            sum += TensorPrimitives.Sum<double>(some);
        }

        return new TensorDigest(System.Convert.ToHexStringLower(SHA256.HashData(data)), shape.ToArray(), min, max, sum / count);
    }

    /// <summary>What is kept of a row of many texts: no number describes them.</summary>
    public static TensorDigest TextDigest(ref ReadOnlySpan<byte> data, int elements, ReadOnlySpan<long> shape)
    {
        var begin = data;
        for (var i = 0; i < elements; i++)
        {
            Skip(ref data);
        }

        var hash = SHA256.HashData(begin[..(begin.Length - data.Length)]);
        return new TensorDigest(System.Convert.ToHexStringLower(hash), shape.ToArray(), double.NaN, double.NaN, double.NaN);
    }

    private static string? Next(ref ReadOnlySpan<byte> data)
    {
        var text = Skip(ref data, out var isMissing);
        return isMissing ? null : Encoding.UTF8.GetString(text);
    }

    private static void Skip(ref ReadOnlySpan<byte> data) => _ = Skip(ref data, out _);

    private static ReadOnlySpan<byte> Skip(ref ReadOnlySpan<byte> data, out bool isMissing)
    {
        var length = BinaryPrimitives.ReadInt32LittleEndian(data);
        isMissing = length < 0;
        var text = data.Slice(sizeof(int), Math.Max(0, length));
        data = data[(sizeof(int) + text.Length)..];
        return text;
    }

    private static void Convert<T>(ReadOnlySpan<byte> data, Span<double> target)
        where T : unmanaged, INumber<T> => TensorPrimitives.ConvertTruncating(MemoryMarshal.Cast<byte, T>(data), target);
}
