using System.Buffers;
using Apache.Arrow.Ipc;
using Slipway.Monitoring.Log.Recording;
using Slipway.Storage.Files;

namespace Slipway.Monitoring.Log.Chunks;

/// <summary>
/// A chunk that is written: an Arrow IPC stream, and beside it the index of its batches. Batches are collected in memory and written in one go, the stream before its index, so that the
/// index never speaks of what the process had not written.
/// </summary>
internal sealed class ChunkWriter : IDisposable
{
    private const int KeptBytes = 4 << 20;

    private readonly FileStream _data;
    private readonly FileStream _index;
    private readonly MemoryStream _buffer = new();
    private readonly ArrayBufferWriter<byte> _entries = new();
    private readonly BatchEncoder _encoder;
    private readonly ArrowStreamWriter _writer;
    private long _dataLength;
    private long _indexLength;
    private int _pendingBatches;
    private long _pendingRows;

    private ChunkWriter(string name, ChunkSchema schema, DateTimeOffset openedAt, FileStream data, FileStream index)
    {
        Name = name;
        Schema = schema;
        OpenedAt = openedAt;
        _data = data;
        _index = index;
        _encoder = new BatchEncoder(schema);
        _writer = new ArrowStreamWriter(_buffer, schema.Arrow, leaveOpen: true);
    }

    public string Name { get; }

    public ChunkSchema Schema { get; }

    public DateTimeOffset OpenedAt { get; }

    /// <summary>Batches that are written.</summary>
    public int Batches { get; private set; }

    /// <summary>Rows that are written.</summary>
    public long Rows { get; private set; }

    /// <summary>The size of the stream.</summary>
    public long Bytes => _dataLength;

    /// <summary>Opens a new chunk, with its schema written. When that fails nothing is left of it.</summary>
    public static ChunkWriter Open(PredictionFolder folder, string deployment, string name, ChunkSchema schema, DateTimeOffset now)
    {
        folder.CreateOpenFolder(deployment);
        var path = folder.Chunk(deployment, name);
        var index = folder.Index(deployment, name);
        ChunkWriter? chunk = null;
        FileStream? data = null;
        try
        {
            data = PrivateFiles.CreateReadableFile(path);
            chunk = new ChunkWriter(name, schema, now, data, PrivateFiles.CreateReadableFile(index));
            chunk._writer.WriteStart();
            chunk.AddEntry(0, rows: 0, layout: 0);
            chunk.Flush();
            return chunk;
        }
        catch
        {
            chunk?.Dispose();
            data?.Dispose();
            File.Delete(path);
            File.Delete(index);
            throw;
        }
    }

    /// <summary>Takes a batch, to be written by <see cref="Flush"/>, and returns its number.</summary>
    public int Append(in CollectedBatch collected)
    {
        var begin = (int)_buffer.Length;
        var layout = Schema.NumberOf(collected.Layout);

        // The columns lie in the encoder's memory, so there is nothing to dispose.
        _writer.WriteRecordBatch(_encoder.Encode(collected.Batch, layout));
        AddEntry(begin, collected.Batch.Rows, layout);
        _pendingBatches++;
        _pendingRows += collected.Batch.Rows;
        return Batches + _pendingBatches;
    }

    /// <summary>Hands what was appended to the operating system, where it outlives the process.</summary>
    public void Flush()
    {
        RandomAccess.Write(_data.SafeFileHandle, _buffer.GetBuffer().AsSpan(0, (int)_buffer.Length), _dataLength);
        RandomAccess.Write(_index.SafeFileHandle, _entries.WrittenSpan, _indexLength);
        _dataLength += _buffer.Length;
        _indexLength += _entries.WrittenCount;
        Batches += _pendingBatches;
        Rows += _pendingRows;
        Forget();
    }

    /// <summary>Gives up what was appended and not written, also a part of it that reached the files.</summary>
    public void Discard()
    {
        Forget();
        try
        {
            _index.SetLength(_indexLength);
            _data.SetLength(_dataLength);
        }
        catch (IOException)
        {
            // A part that stays is overwritten by what is written next, or read as a torn tail.
        }
    }

    /// <summary>Ends the stream as Arrow does. Its readers take an end without it, so a disk that is full is no reason to fail.</summary>
    public void Finish()
    {
        try
        {
            Forget();
            _writer.WriteEnd();
            RandomAccess.Write(_data.SafeFileHandle, _buffer.GetBuffer().AsSpan(0, (int)_buffer.Length), _dataLength);
        }
        catch (IOException)
        {
            Discard();
        }
    }

    public void Dispose()
    {
        _writer.Dispose();
        _data.Dispose();
        _index.Dispose();
    }

    private void AddEntry(int begin, int rows, int layout)
    {
        var bytes = _buffer.GetBuffer().AsSpan(begin, (int)_buffer.Length - begin);
        var entry = new BatchEntry(_dataLength + begin, bytes.Length, rows, layout, Crc32C.Of(bytes));
        entry.Write(_entries.GetSpan(BatchEntry.Size)[..BatchEntry.Size]);
        _entries.Advance(BatchEntry.Size);
    }

    private void Forget()
    {
        _pendingBatches = 0;
        _pendingRows = 0;
        _entries.ResetWrittenCount();
        _buffer.SetLength(0);
        if (_buffer.Capacity > KeptBytes)
        {
            _buffer.Capacity = 0;
        }
    }
}
