using System.Numerics;
using System.Text;

namespace Slipway.Serving.Grpc;

/// <summary>Writes the fields of a protobuf message into a call's buffer.</summary>
internal static class WireWriter
{
    /// <summary>The longest a varint gets.</summary>
    public const int LongestVarint = 10;

    /// <summary>How many bytes a varint takes.</summary>
    public static int SizeOf(ulong value) => (BitOperations.Log2(value | 1) / 7) + 1;

    public static void WriteVarint(this CallBuffer buffer, ulong value)
    {
        var span = buffer.GetSpan(LongestVarint);
        var length = 0;
        while (value >= 0x80)
        {
            span[length++] = (byte)(value | 0x80);
            value >>= 7;
        }

        span[length++] = (byte)value;
        buffer.Advance(length);
    }

    public static void WriteTag(this CallBuffer buffer, int field, WireType type) => buffer.WriteVarint((uint)((field << 3) | (int)type));

    /// <summary>A field of bytes or text.</summary>
    public static void WriteBytes(this CallBuffer buffer, int field, ReadOnlySpan<byte> bytes)
    {
        buffer.WriteTag(field, WireType.Length);
        buffer.WriteVarint((uint)bytes.Length);
        buffer.Append(bytes);
    }

    public static void WriteText(this CallBuffer buffer, int field, string text)
    {
        var length = Encoding.UTF8.GetByteCount(text);
        buffer.WriteTag(field, WireType.Length);
        buffer.WriteVarint((uint)length);
        buffer.Advance(Encoding.UTF8.GetBytes(text, buffer.GetSpan(length)));
    }
}
