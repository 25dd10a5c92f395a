using Apache.Arrow;
using Apache.Arrow.Ipc;

namespace Slipway.Monitoring.Log.Chunks;

/// <summary>
/// Reads a chunk as far as its batches are whole. A torn or zero-filled tail, of the stream or of the index, ends it: what stands before reads right, what stands after is never read.
/// </summary>
internal sealed class ChunkReader : IDisposable
{
    // A slice's rows lie in memory at once, so one of large rows has fewer.
    private const int SliceBytes = 64 << 20;

    private static readonly byte[] EndOfStream = [0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0];

    private readonly FileStream _data;
    private readonly byte[] _index;
    private readonly int _head;
    private readonly BatchDecoder? _decoder;
    private readonly ChunkMemory _memory;
    private long _end;

    private ChunkReader(string deployment, FileStream data, byte[] index, ChunkMemory memory)
    {
        _data = data;
        _index = index;
        _memory = memory;
        if (TryEntry(0, out var head) && TryLoad([head], at: 0) == 1)
        {
            using var reader = new ArrowStreamReader(memory.Bytes.AsMemory(0, head.Length));
            Schema = ChunkSchema.Read(reader.Schema);
            _head = head.Length;
            _decoder = new BatchDecoder(deployment, Schema);
        }
    }

    /// <summary>The chunk's columns; null when it was torn before it had any.</summary>
    public ChunkSchema? Schema { get; }

    /// <summary>How many batches the index speaks of; a torn one may be among them.</summary>
    public int Batches => Math.Max(0, (_index.Length / BatchEntry.Size) - 1);

    /// <summary>True when the chunk ends with a batch that is not whole. Known when <see cref="Read"/> has come to the end.</summary>
    public bool IsTorn { get; private set; }

    /// <summary>Opens a chunk, whose batches will be read into <paramref name="memory"/>: memory of its own unless it is given.</summary>
    public static ChunkReader Open(PredictionFolder folder, string deployment, string chunk, ChunkMemory? memory = null)
    {
        var data = new FileStream(folder.Chunk(deployment, chunk), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        try
        {
            return new ChunkReader(deployment, data, ReadIndex(folder.Index(deployment, chunk)), memory ?? new ChunkMemory());
        }
        catch
        {
            data.Dispose();
            throw;
        }
    }

    /// <summary>
    /// The batches with a number above <paramref name="after"/>, in order; where <paramref name="isWanted"/> is given only those for which it holds, since taking the values out costs far more than
    /// reading the bytes. To be read once, by this or <see cref="ReadSlices"/>.
    /// </summary>
    public IEnumerable<ChunkBatch> Read(int after, Func<RecordBatch, bool>? isWanted = null) =>
        from slice in ReadSlices(after, rows: 1)
        from read in slice
        where isWanted is null || isWanted(read.Columns)
        select new ChunkBatch(read.Number, read.Layout, _decoder!.Decode(read.Columns, read.Layout));

    /// <summary>
    /// The batches as they stand in the file, with the chunk's columns: as many at once as have <paramref name="rows"/> rows together. They are not copied, so they last until the next slice is asked for.
    /// </summary>
    public IEnumerable<List<ColumnBatch>> ReadSlices(int after, int rows)
    {
        var number = 1;
        if (_decoder is null)
        {
            IsTorn = true;
            yield break;
        }

        // What was worked on already is not read again; only where it ends matters.
        for (; number <= after && TryEntry(number, out var skipped); number++)
        {
            _end = skipped.Offset + skipped.Length;
        }

        while (true)
        {
            var entries = Next(number, rows);
            var whole = TryLoad(entries, _head);
            if (whole > 0)
            {
                yield return Decode(number, entries.AsSpan(0, whole));
                number += whole;
            }

            if (whole == 0 || whole < entries.Length)
            {
                break;
            }
        }

        IsTorn = number * BatchEntry.Size != _index.Length || HasTail();
    }

    public void Dispose() => _data.Dispose();

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

    private bool TryEntry(int number, out BatchEntry entry)
    {
        entry = default;
        return _index.Length >= (number + 1) * BatchEntry.Size
            && BatchEntry.TryRead(_index.AsSpan(number * BatchEntry.Size), out entry)
            && entry.Offset + entry.Length <= _data.Length;
    }

    // The next batches that lie one behind the other; none at the end.
    private BatchEntry[] Next(int number, int rows)
    {
        var entries = new List<BatchEntry>();
        var (taken, bytes) = (0, 0L);
        while (taken < rows && TryEntry(number + entries.Count, out var entry))
        {
            if (entries.Count > 0 && (bytes + entry.Length > SliceBytes || entry.Offset != entries[^1].Offset + entries[^1].Length))
            {
                break;
            }

            entries.Add(entry);
            taken += entry.Rows;
            bytes += entry.Length;
        }

        return [.. entries];
    }

    // Reads what lies one behind the other to a place in the buffer, and returns how many are whole.
    private int TryLoad(ReadOnlySpan<BatchEntry> entries, int at)
    {
        var length = 0;
        foreach (var entry in entries)
        {
            length += entry.Length;
        }

        var buffer = _memory.Grow(at, at + length);
        var read = entries.IsEmpty ? 0 : RandomAccess.Read(_data.SafeFileHandle, buffer.AsSpan(at, length), entries[0].Offset);
        var whole = 0;
        foreach (var entry in entries)
        {
            if (entry.Length > read || Crc32C.Of(buffer.AsSpan(at, entry.Length)) != entry.Crc)
            {
                break;
            }

            read -= entry.Length;
            at += entry.Length;
            _end = entry.Offset + entry.Length;
            whole++;
        }

        return whole;
    }

    // The schema stands in front of them, so the buffer is a stream of its own.
    private List<ColumnBatch> Decode(int number, ReadOnlySpan<BatchEntry> entries)
    {
        var batches = new List<ColumnBatch>(entries.Length);
        using var reader = new ArrowStreamReader(_memory.Bytes);
        foreach (var entry in entries)
        {
            batches.Add(new ColumnBatch(number + batches.Count, entry.Layout, reader.ReadNextRecordBatch()));
        }

        return batches;
    }

    private bool HasTail()
    {
        var tail = _data.Length - _end;
        Span<byte> bytes = stackalloc byte[8];
        return tail != 0 && (tail != EndOfStream.Length || RandomAccess.Read(_data.SafeFileHandle, bytes, _end) != bytes.Length || !bytes.SequenceEqual(EndOfStream));
    }
}

/// <summary>A batch with its number in the chunk, and that of its layout.</summary>
internal readonly record struct ChunkBatch(int Number, int Layout, PredictionBatch Batch);

/// <summary>The columns of a batch with its number in the chunk, and that of its layout.</summary>
internal readonly record struct ColumnBatch(int Number, int Layout, RecordBatch Columns);
