using System.IO.Compression;
using Grpc.Core;
using Grpc.Net.Compression;

namespace Slipway.Serving.Grpc;

/// <summary>
/// Packs and unpacks messages, up to a bound that holds while a message is being unpacked: a few packed kilobytes do not become gigabytes in memory. What cannot be unpacked is the caller's
/// mistake; to the server library it is a failure of the server.
/// </summary>
internal sealed class BoundedCompression : ICompressionProvider
{
    private readonly Func<Stream, Stream> _unpack;
    private readonly Func<Stream, CompressionLevel, Stream> _pack;
    private readonly int _limit;

    private BoundedCompression(string name, Func<Stream, Stream> unpack, Func<Stream, CompressionLevel, Stream> pack, int limit)
    {
        EncodingName = name;
        _unpack = unpack;
        _pack = pack;
        _limit = limit;
    }

    /// <summary>The packings that are taken and sent.</summary>
    public static IReadOnlyList<string> Names { get; } = ["gzip", "deflate"];

    public string EncodingName { get; }

    public static BoundedCompression Gzip(int limit) => new(
        "gzip", stream => new GZipStream(stream, CompressionMode.Decompress), (stream, level) => new GZipStream(stream, level, leaveOpen: true), limit);

    /// <summary>gRPC calls deflate what HTTP does: the zlib format.</summary>
    public static BoundedCompression Deflate(int limit) => new(
        "deflate", stream => new ZLibStream(stream, CompressionMode.Decompress), (stream, level) => new ZLibStream(stream, level, leaveOpen: true), limit);

    public Stream CreateCompressionStream(Stream stream, CompressionLevel? compressionLevel) => _pack(stream, compressionLevel ?? CompressionLevel.Fastest);

    public Stream CreateDecompressionStream(Stream stream) => new BoundedStream(_unpack(stream), EncodingName, _limit);

    /// <summary>Reads what unpacks, and fails with the call's status as soon as it is too much, or is not packed.</summary>
    private sealed class BoundedStream(Stream unpacked, string encoding, int limit) : Stream
    {
        private long _read;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => _read;
            set => throw new NotSupportedException();
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override int Read(Span<byte> buffer)
        {
            try
            {
                var length = unpacked.Read(buffer);
                _read += length;
                return _read <= limit
                    ? length
                    : throw new RpcException(new Status(
                        StatusCode.ResourceExhausted, $"The message is larger than {limit} bytes when unpacked, the most that is taken. Send fewer rows a request."));
            }
            catch (InvalidDataException)
            {
                throw new RpcException(new Status(StatusCode.InvalidArgument, $"The message says that it is packed with {encoding}, but it cannot be unpacked."));
            }
        }

        public override void Flush() => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                unpacked.Dispose();
            }

            base.Dispose(disposing);
        }
    }
}
