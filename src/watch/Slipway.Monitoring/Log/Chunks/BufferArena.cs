using System.Runtime.InteropServices;
using Apache.Arrow;

namespace Slipway.Monitoring.Log.Chunks;

/// <summary>Memory for the columns of one batch, used again for the next: they are written out before.</summary>
internal sealed class BufferArena
{
    private const int KeptBytes = 8 << 20;

    private byte[] _block = [];
    private int _used;

    /// <summary>Memory of undefined content.</summary>
    public Memory<byte> Take(int bytes)
    {
        if (_block.Length - _used < bytes)
        {
            // What was taken before keeps the old block alive as long as it is needed.
            _block = GC.AllocateUninitializedArray<byte>(Math.Max(bytes, Math.Max(64 * 1024, 2 * _block.Length)));
            _used = 0;
        }

        var memory = _block.AsMemory(_used, bytes);

        // Numbers are read and written as a whole, so each piece begins at a multiple of 8.
        _used = Math.Min(_block.Length, (_used + bytes + 7) & ~7);
        return memory;
    }

    /// <summary>A copy of <paramref name="values"/>.</summary>
    public ArrowBuffer Copy<T>(ReadOnlySpan<T> values)
        where T : unmanaged
    {
        var bytes = MemoryMarshal.AsBytes(values);
        var memory = Take(bytes.Length);
        bytes.CopyTo(memory.Span);
        return new ArrowBuffer(memory);
    }

    /// <summary>Everything that was taken is given back.</summary>
    public void Reset()
    {
        _used = 0;
        if (_block.Length > KeptBytes)
        {
            _block = [];
        }
    }
}
