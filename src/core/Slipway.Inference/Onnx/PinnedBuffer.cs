using System.Runtime.InteropServices;

namespace Slipway.Inference.Onnx;

/// <summary>Memory that native code and ours share: it never moves, so a native tensor can lie over it for as long as it is kept.</summary>
internal sealed class PinnedBuffer
{
    // A cache line, and what ONNX Runtime's own allocator gives.
    private const int Alignment = 64;

    private byte[] _bytes = [];
    private int _start;

    /// <summary>How many bytes there are.</summary>
    public int Length { get; private set; }

    /// <summary>Where the first of them lies.</summary>
    public nint Address { get; private set; }

    /// <summary>The first <paramref name="count"/> bytes.</summary>
    public Span<byte> Bytes(int count) => _bytes.AsSpan(_start, count);

    /// <summary>Makes room for <paramref name="length"/> bytes. True when the memory is another now: tensors over the former are void.</summary>
    public bool Grow(int length)
    {
        // An empty tensor needs an address too.
        if (Length >= Math.Max(length, 1))
        {
            return false;
        }

        // To the next power of two, so that batches of growing size do not move it each time.
        Length = Math.Max(1024, (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)length));
        _bytes = GC.AllocateUninitializedArray<byte>(Length + Alignment, pinned: true);
        var address = Marshal.UnsafeAddrOfPinnedArrayElement(_bytes, 0);
        _start = (int)((Alignment - (address % Alignment)) % Alignment);
        Address = address + _start;
        return true;
    }
}
