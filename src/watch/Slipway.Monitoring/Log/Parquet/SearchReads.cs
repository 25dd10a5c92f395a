namespace Slipway.Monitoring.Log.Parquet;

/// <summary>What searches have read since the log was opened: their cost, whatever machine they run on. May be counted by several threads.</summary>
internal sealed class SearchReads
{
    private long _chunkBatches;
    private long _files;
    private long _groups;
    private long _columns;
    private long _bytes;
    private long _queries;

    /// <summary>Batches of chunks whose values were taken out.</summary>
    public long ChunkBatches => Interlocked.Read(ref _chunkBatches);

    /// <summary>Parquet files of which the footer was read.</summary>
    public long Files => Interlocked.Read(ref _files);

    /// <summary>Row groups of which a column was read.</summary>
    public long Groups => Interlocked.Read(ref _groups);

    /// <summary>Columns of row groups that were read.</summary>
    public long Columns => Interlocked.Read(ref _columns);

    /// <summary>The bytes of those columns in their files.</summary>
    public long Bytes => Interlocked.Read(ref _bytes);

    /// <summary>Queries that looked at many files at once.</summary>
    public long Queries => Interlocked.Read(ref _queries);

    public void AddChunkBatch() => Interlocked.Increment(ref _chunkBatches);

    public void AddFile() => Interlocked.Increment(ref _files);

    public void AddGroup() => Interlocked.Increment(ref _groups);

    public void AddColumn(long bytes)
    {
        Interlocked.Increment(ref _columns);
        Interlocked.Add(ref _bytes, bytes);
    }

    public void AddQuery() => Interlocked.Increment(ref _queries);
}
