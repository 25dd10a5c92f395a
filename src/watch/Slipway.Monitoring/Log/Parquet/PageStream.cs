using System.Diagnostics.CodeAnalysis;

namespace Slipway.Monitoring.Log.Parquet;

/// <summary>
/// Writes to a file in large pieces, on the thread that calls. The Parquet library flushes before each page, which would undo a buffer, and writes asynchronously, which takes work meant for
/// a thread that gives way to where requests are served; here flushing waits for the end, and asynchronous writes are done when they return.
/// </summary>
[SuppressMessage("Usage", "CA2215", Justification = "The file is its owner's.")]
internal sealed class PageStream(FileStream file) : Stream
{
    private const int BufferBytes = 256 * 1024;

    private readonly byte[] _buffer = new byte[BufferBytes];
    private int _buffered;
    private long _written;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        if (buffer.Length > _buffer.Length - _buffered)
        {
            WriteBuffer();
        }

        if (buffer.Length > _buffer.Length)
        {
            WriteThrough(buffer);
            return;
        }

        buffer.CopyTo(_buffer.AsSpan(_buffered));
        _buffered += buffer.Length;
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
    {
        Write(buffer.AsSpan(offset, count));
        return Task.CompletedTask;
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Write(buffer.Span);
        return ValueTask.CompletedTask;
    }

    public override void Flush()
    {
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Writes what is left.</summary>
    public void Finish() => WriteBuffer();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    private void WriteBuffer()
    {
        WriteThrough(_buffer.AsSpan(0, _buffered));
        _buffered = 0;
    }

    private void WriteThrough(ReadOnlySpan<byte> bytes)
    {
        RandomAccess.Write(file.SafeFileHandle, bytes, _written);
        _written += bytes.Length;
    }
}
