using System.Buffers;
using Apache.Arrow.Memory;
using Slipway.Monitoring.Log.Parquet;

namespace Slipway.Monitoring.Log.Chunks;

/// <summary>Memory for the batches of a chunk that is read, from the pool: Arrow's own allocator asks the system for each batch's megabytes and clears them, before they are overwritten.</summary>
internal sealed class PooledMemory : MemoryAllocator
{
    /// <inheritdoc/>
    protected override IMemoryOwner<byte> AllocateInternal(int length, out int bytesAllocated)
    {
        bytesAllocated = length;
        return new Rented(length);
    }

    private sealed class Rented(int length) : IMemoryOwner<byte>
    {
        private byte[]? _bytes = ConversionPool<byte>.Shared.Rent(length);

        public Memory<byte> Memory => _bytes.AsMemory(0, length);

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _bytes, null) is { } bytes)
            {
                ConversionPool<byte>.Shared.Return(bytes);
            }
        }
    }
}
