using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Slipway.Monitoring.Log.Parquet.Format;

/// <summary>The bytes of a page while it is built; used again for the next.</summary>
internal sealed class PageBuffer
{
    private byte[] _bytes = [];

    /// <summary>How many bytes there are.</summary>
    public int Count { get; private set; }

    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, Count);

    public void Clear() => Count = 0;

    /// <summary>The next bytes, of undefined content, to be filled before anything else is added.</summary>
    public Span<byte> Take(int count)
    {
        if (_bytes.Length - Count < count)
        {
            var larger = GC.AllocateUninitializedArray<byte>(Math.Max(Count + count, Math.Max(64 << 10, 2 * _bytes.Length)));
            Written.CopyTo(larger);
            _bytes = larger;
        }

        var bytes = _bytes.AsSpan(Count, count);
        Count += count;
        return bytes;
    }

    public void AddByte(byte value) => Take(1)[0] = value;

    public void Add<T>(ReadOnlySpan<T> values)
        where T : unmanaged
    {
        var bytes = MemoryMarshal.AsBytes(values);
        bytes.CopyTo(Take(bytes.Length));
    }

    /// <summary>A text behind its length; returns where the text itself stands.</summary>
    public Range AddText(ReadOnlySpan<byte> text)
    {
        var target = Take(sizeof(int) + text.Length);
        BinaryPrimitives.WriteInt32LittleEndian(target, text.Length);
        text.CopyTo(target[sizeof(int)..]);
        return (Count - text.Length)..Count;
    }

    public void AddVarInt(uint value)
    {
        for (; value >= 0x80; value >>= 7)
        {
            AddByte((byte)(value | 0x80));
        }

        AddByte((byte)value);
    }

    /// <summary>Levels with their length in front of them.</summary>
    public void Add(LevelRuns levels, int bits)
    {
        var at = Count;
        Take(sizeof(int));
        levels.Write(this, bits);
        BinaryPrimitives.WriteInt32LittleEndian(_bytes.AsSpan(at), Count - at - sizeof(int));
    }
}
