namespace Slipway.Monitoring.Log.Chunks;

/// <summary>Where a chunk's batches are read to. May serve one reader after the other.</summary>
internal sealed class ChunkMemory
{
    /// <summary>The memory.</summary>
    public byte[] Bytes { get; private set; } = [];

    /// <summary>At least so many bytes, of which the first <paramref name="kept"/> are as they were and the others undefined.</summary>
    public byte[] Grow(int kept, int length)
    {
        if (Bytes.Length < length)
        {
            var larger = GC.AllocateUninitializedArray<byte>(length + (length / 8));
            Bytes.AsSpan(0, kept).CopyTo(larger);
            Bytes = larger;
        }

        return Bytes;
    }
}
