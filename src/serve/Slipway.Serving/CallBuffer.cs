using System.Buffers;

namespace Slipway.Serving;

/// <summary>A growing block of bytes that is used again and again.</summary>
internal sealed class CallBuffer : IBufferWriter<byte>
{
    private byte[] _bytes = new byte[1024];

    public int Count { get; private set; }

    public ReadOnlyMemory<byte> Written => _bytes.AsMemory(0, Count);

    public ReadOnlySpan<byte> WrittenSpan => _bytes.AsSpan(0, Count);

    public void Advance(int count) => Count += count;

    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Reserve(Math.Max(sizeHint, 1));
        return _bytes.AsSpan(Count);
    }

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Reserve(Math.Max(sizeHint, 1));
        return _bytes.AsMemory(Count);
    }

    public void Append(ReadOnlySpan<byte> bytes)
    {
        Reserve(bytes.Length);
        bytes.CopyTo(_bytes.AsSpan(Count));
        Count += bytes.Length;
    }

    public void Append(byte value)
    {
        Reserve(1);
        _bytes[Count++] = value;
    }

    /// <summary>Makes room for <paramref name="bytes"/> more; what was handed out before stays valid, but is no longer part of the buffer once it has grown.</summary>
    public void Reserve(int bytes)
    {
        if (_bytes.Length - Count < bytes)
        {
            Grow(bytes);
        }
    }

    /// <summary>Empties the buffer, and lets go of it beyond <paramref name="keep"/> bytes: one huge request does not hold its memory for ever.</summary>
    public void Clear(int keep)
    {
        Count = 0;
        if (_bytes.Length > keep)
        {
            _bytes = new byte[1024];
        }
    }

    private void Grow(int bytes)
    {
        var length = (int)Math.Min(Array.MaxLength, Math.Max(2L * _bytes.Length, (long)Count + bytes));
        var grown = GC.AllocateUninitializedArray<byte>(length);
        WrittenSpan.CopyTo(grown);
        _bytes = grown;
    }
}
