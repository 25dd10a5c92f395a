using System.Buffers.Binary;
using System.Numerics;

namespace Slipway.Monitoring.Log.Chunks;

/// <summary>
/// One entry of a chunk's index. The first is the schema, entry n is batch n. Apache Arrow for .NET writes no metadata of a batch of its own, so what tells a whole batch from a torn one
/// lies beside the stream.
/// </summary>
/// <param name="Offset">Where the batch begins in the stream.</param>
/// <param name="Length">Its bytes.</param>
/// <param name="Rows">Its rows.</param>
/// <param name="Layout">Which of the chunk's layouts it has.</param>
/// <param name="Crc">CRC-32C of its bytes.</param>
internal readonly record struct BatchEntry(long Offset, int Length, int Rows, int Layout, uint Crc)
{
    /// <summary>The bytes of an entry; the last four are a CRC-32C of the others.</summary>
    public const int Size = 32;

    public void Write(Span<byte> target)
    {
        target.Clear();
        BinaryPrimitives.WriteInt64LittleEndian(target, Offset);
        BinaryPrimitives.WriteInt32LittleEndian(target[8..], Length);
        BinaryPrimitives.WriteInt32LittleEndian(target[12..], Rows);
        BinaryPrimitives.WriteInt32LittleEndian(target[16..], Layout);
        BinaryPrimitives.WriteUInt32LittleEndian(target[20..], Crc);
        BinaryPrimitives.WriteUInt32LittleEndian(target[28..], Crc32C.Of(target[..28]));
    }

    /// <summary>Reads an entry; false for one that is torn, or zeros.</summary>
    public static bool TryRead(ReadOnlySpan<byte> source, out BatchEntry entry)
    {
        entry = default;
        if (source.Length < Size || BinaryPrimitives.ReadUInt32LittleEndian(source[28..]) != Crc32C.Of(source[..28]))
        {
            return false;
        }

        entry = new BatchEntry(
            BinaryPrimitives.ReadInt64LittleEndian(source),
            BinaryPrimitives.ReadInt32LittleEndian(source[8..]),
            BinaryPrimitives.ReadInt32LittleEndian(source[12..]),
            BinaryPrimitives.ReadInt32LittleEndian(source[16..]),
            BinaryPrimitives.ReadUInt32LittleEndian(source[20..]));
        return entry is { Offset: >= 0, Length: >= 0, Rows: >= 0, Layout: >= 0 };
    }
}

/// <summary>CRC-32C (Castagnoli, as in RFC 3720), for which processors have an instruction. Of zeros it is not zero.</summary>
internal static class Crc32C
{
    public static uint Of(ReadOnlySpan<byte> data)
    {
        var crc = uint.MaxValue;
        while (data.Length >= sizeof(ulong))
        {
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(data));
            data = data[sizeof(ulong)..];
        }

        foreach (var b in data)
        {
            crc = BitOperations.Crc32C(crc, b);
        }

        return ~crc;
    }
}
