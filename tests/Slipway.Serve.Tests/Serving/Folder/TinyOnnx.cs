using System.Buffers.Binary;
using System.Text;

namespace Slipway.Serve.Tests.Serving.Folder;

/// <summary>Writes an ONNX model of one addition: <c>y = x + b</c>, floats. The bias tells which model answered.</summary>
internal static class TinyOnnx
{
    private const int Float = 1;

    /// <summary>The file's bytes.</summary>
    /// <param name="bias">What is added to each element.</param>
    /// <param name="shape">The shape of input and output; −1 is open.</param>
    /// <param name="external">The file that keeps the bias; null keeps it inside.</param>
    /// <param name="length">How long the bias is: one number for all elements, or one for each of the last dimension.</param>
    public static byte[] Model(float bias, IReadOnlyList<long> shape, string? external = null, int length = 1)
    {
        var bytes = Weights(bias, length);
        byte[] data = external is null
            ? Field(9, bytes)
            : [.. Field(13, [.. Field(1, Text("location")), .. Field(2, Text(external))]), .. Number(14, 1)];
        byte[] constant = [.. Number(1, (ulong)length), .. Number(2, Float), .. Field(8, Text("b")), .. data];
        byte[] node = [.. Field(1, Text("x")), .. Field(1, Text("b")), .. Field(2, Text("y")), .. Field(4, Text("Add"))];
        byte[] graph =
        [
            .. Field(1, node), .. Field(2, Text("tiny")), .. Field(5, constant), .. Field(11, Value("x", shape)), .. Field(12, Value("y", shape)),
        ];
        return [.. Number(1, 8), .. Field(7, graph), .. Field(8, Number(2, 13))];
    }

    /// <summary>The bytes of a bias.</summary>
    public static byte[] Weights(float bias, int length)
    {
        var bytes = new byte[4 * length];
        for (var i = 0; i < length; i++)
        {
            BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(4 * i), bias);
        }

        return bytes;
    }

    private static byte[] Value(string name, IReadOnlyList<long> shape)
    {
        var dimensions = shape.SelectMany((d, i) => Field(1, d < 0 ? Field(2, Text($"d{i}")) : Number(1, (ulong)d))).ToArray();
        return [.. Field(1, Text(name)), .. Field(2, Field(1, [.. Number(1, Float), .. Field(2, dimensions)]))];
    }

    private static byte[] Text(string text) => Encoding.UTF8.GetBytes(text);

    private static byte[] Field(int number, byte[] content) => [.. Varint((ulong)((number << 3) | 2)), .. Varint((ulong)content.Length), .. content];

    private static byte[] Number(int number, ulong value) => [.. Varint((ulong)(number << 3)), .. Varint(value)];

    private static byte[] Varint(ulong value)
    {
        var bytes = new List<byte>();
        for (; value >= 0x80; value >>= 7)
        {
            bytes.Add((byte)(value | 0x80));
        }

        bytes.Add((byte)value);
        return [.. bytes];
    }
}
