using System.Diagnostics.CodeAnalysis;
using Apache.Arrow;
using Apache.Arrow.Ipc;

namespace Slipway.Monitoring.Log.Chunks;

/// <summary>
/// Reads a chunk as far as its batches are whole. A torn or zero-filled tail, of the stream or of the index, ends it: what stands before reads right, what stands after is never read.
/// </summary>
internal sealed class ChunkReader : IDisposable
{
    private static readonly byte[] EndOfStream = [0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0];

    private readonly FileStream _data;
    private readonly byte[] _index;
    private readonly SegmentStream _segments = new();
    private readonly ArrowStreamReader _reader;
    private readonly BatchDecoder? _decoder;
    private byte[] _buffer = [];
    private long _end;

    private ChunkReader(string deployment, FileStream data, byte[] index)
    {
        _data = data;
        _index = index;
        _reader = new ArrowStreamReader(_segments, leaveOpen: true);
        if (TryLoad(0, out _))
        {
            Schema = ChunkSchema.Read(_reader.Schema);
            _decoder = new BatchDecoder(deployment, Schema);
        }
    }

    /// <summary>The chunk's columns; null when it was torn before it had any.</summary>
    public ChunkSchema? Schema { get; }

    /// <summary>How many batches the index speaks of; a torn one may be among them.</summary>
    public int Batches => Math.Max(0, (_index.Length / BatchEntry.Size) - 1);

    /// <summary>True when the chunk ends with a batch that is not whole. Known when <see cref="Read"/> has come to the end.</summary>
    public bool IsTorn { get; private set; }

    public static ChunkReader Open(PredictionFolder folder, string deployment, string chunk)
    {
        var data = new FileStream(folder.Chunk(deployment, chunk), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        try
        {
            return new ChunkReader(deployment, data, ReadIndex(folder.Index(deployment, chunk)));
        }
        catch
        {
            data.Dispose();
            throw;
        }
    }

    /// <summary>
    /// The batches with a number above <paramref name="after"/>, in order; where <paramref name="isWanted"/> is given only those for which it holds, since taking the values out costs far more than
    /// reading the bytes. To be read once, by this or <see cref="ReadColumns"/>.
    /// </summary>
    public IEnumerable<ChunkBatch> Read(int after, Func<RecordBatch, bool>? isWanted = null)
    {
        foreach (var (number, layout, columns) in ReadColumns(after))
        {
            using (columns)
            {
                if (isWanted?.Invoke(columns) == false)
                {
                    continue;
                }

                yield return new ChunkBatch(number, layout, _decoder!.Decode(columns, layout));
            }
        }
    }

    /// <summary>The batches as they stand in the file, with the chunk's columns; whoever reads them disposes them.</summary>
    public IEnumerable<(int Number, int Layout, RecordBatch Columns)> ReadColumns(int after)
    {
        var number = 1;
        if (_decoder is null)
        {
            IsTorn = true;
            yield break;
        }

        for (; number * BatchEntry.Size < _index.Length; number++)
        {
            if (number <= after)
            {
                // What was worked on already is not read again; only where it ends matters.
                if (!TryEntry(number, out var skipped))
                {
                    break;
                }

                _end = skipped.Offset + skipped.Length;
                continue;
            }

            if (!TryLoad(number, out var entry))
            {
                break;
            }

            yield return (number, entry.Layout, _reader.ReadNextRecordBatch());
        }

        IsTorn = number * BatchEntry.Size != _index.Length || HasTail();
    }

    public void Dispose()
    {
        _reader.Dispose();
        _segments.Dispose();
        _data.Dispose();
    }

    private static byte[] ReadIndex(string path)
    {
        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
            var bytes = new byte[stream.Length];
            var read = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            return bytes[..read];
        }
        catch (FileNotFoundException)
        {
            // Killed between making the two files: nothing was written yet.
            return [];
        }
    }

    private bool TryEntry(int number, out BatchEntry entry) => BatchEntry.TryRead(_index.AsSpan(number * BatchEntry.Size), out entry);

    // Brings a segment of the stream before the reader, if it is whole.
    private bool TryLoad(int number, out BatchEntry entry)
    {
        if (_index.Length < (number + 1) * BatchEntry.Size || !TryEntry(number, out entry) || entry.Offset + entry.Length > _data.Length)
        {
            entry = default;
            return false;
        }

        if (_buffer.Length < entry.Length)
        {
            _buffer = GC.AllocateUninitializedArray<byte>(Math.Max(entry.Length, 64 * 1024));
        }

        var bytes = _buffer.AsSpan(0, entry.Length);
        if (RandomAccess.Read(_data.SafeFileHandle, bytes, entry.Offset) != bytes.Length || Crc32C.Of(bytes) != entry.Crc)
        {
            return false;
        }

        _end = entry.Offset + entry.Length;
        _segments.Load(_buffer, entry.Length);
        return true;
    }

    private bool HasTail()
    {
        var tail = _data.Length - _end;
        Span<byte> bytes = stackalloc byte[8];
        return tail != 0 && (tail != EndOfStream.Length || RandomAccess.Read(_data.SafeFileHandle, bytes, _end) != bytes.Length || !bytes.SequenceEqual(EndOfStream));
    }

    /// <summary>A stream of one checked segment after the other; it ends where the next is not loaded.</summary>
    [SuppressMessage("Usage", "CA2215", Justification = "There is nothing to dispose.")]
    private sealed class SegmentStream : Stream
    {
        private byte[] _segment = [];
        private int _length;
        private int _at;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public void Load(byte[] segment, int length)
        {
            _segment = segment;
            _length = length;
            _at = 0;
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override int Read(Span<byte> buffer)
        {
            var count = Math.Min(buffer.Length, _length - _at);
            _segment.AsSpan(_at, count).CopyTo(buffer);
            _at += count;
            return count;
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}

/// <summary>A batch with its number in the chunk, and that of its layout.</summary>
internal readonly record struct ChunkBatch(int Number, int Layout, PredictionBatch Batch);
