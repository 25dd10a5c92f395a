using System.Buffers.Binary;

namespace Slipway.Serving;

/// <summary>Ids for requests that bring none.</summary>
internal static class PredictionIds
{
    /// <summary>
    /// A UUID of version 7. Its random part comes from the thread's generator, not from the operating system: an id must be unique, not secret, and the system call
    /// costs more than reading the whole request.
    /// </summary>
    public static Guid Next(DateTimeOffset at)
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteInt64BigEndian(bytes, (at.ToUnixTimeMilliseconds() << 16) | (uint)Random.Shared.Next(1 << 16));
        BinaryPrimitives.WriteInt64BigEndian(bytes[8..], Random.Shared.NextInt64(long.MinValue, long.MaxValue));
        bytes[6] = (byte)(0x70 | (bytes[6] & 0x0F));
        bytes[8] = (byte)(0x80 | (bytes[8] & 0x3F));
        return new Guid(bytes, bigEndian: true);
    }
}
