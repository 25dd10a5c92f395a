using System.Collections.Concurrent;
using Slipway.Core.Errors;
using Slipway.Monitoring.Log.Recording;

namespace Slipway.Monitoring.Log.Chunks;

/// <summary>
/// The chunk that each deployment's predictions are written to. Batches are appended, then flushed together; what the disk refuses is dropped, and writing goes on when there is room again.
/// Used by one thread; <see cref="IsOpen"/> by any.
/// </summary>
internal sealed class OpenChunks(PredictionFolder folder, PredictionLogOptions options, TimeProvider time, Action<Exception, string> refused) : IDisposable
{
    // The layouts that a chunk takes on. More come only from models whose shapes change from request to request.
    private const int MaxLayouts = 64;

    private readonly Dictionary<string, OpenChunk> _chunks = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string?> _lastNames = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, string> _open = new(StringComparer.Ordinal);

    /// <summary>True when the chunk is being written.</summary>
    public bool IsOpen(string deployment, string chunk) => _open.TryGetValue(deployment, out var open) && open == chunk;

    /// <summary>True when <see cref="StartAfter"/> was told of the deployment.</summary>
    public bool Knows(string deployment) => _lastNames.ContainsKey(deployment);

    /// <summary>New chunks of the deployment get names that sort after <paramref name="last"/>.</summary>
    public void StartAfter(string deployment, string? last) => _lastNames[deployment] = last;

    /// <summary>Appends a batch. It counts as written when <see cref="Flush()"/> gave it a position.</summary>
    public void Append(LogStep step, List<FinishedChunk> finished)
    {
        var deployment = step.Collected.Batch.Source.Deployment;
        try
        {
            var chunk = Take(deployment, step.Collected.Layout, finished);
            step.Position = new LogPosition(chunk.Writer.Name, chunk.Writer.Append(step.Collected));
            chunk.Steps.Add(step);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or SlipwayException)
        {
            step.Position = null;
            refused(e, deployment);
        }
    }

    /// <summary>Writes what was appended. Steps whose batch the disk refused lose their position.</summary>
    public void Flush()
    {
        foreach (var (deployment, chunk) in _chunks)
        {
            Flush(deployment, chunk);
        }
    }

    /// <summary>Ends the chunks that are full or old, or all of them.</summary>
    public void Rotate(bool all, List<FinishedChunk> finished)
    {
        var now = time.GetUtcNow();
        foreach (var (deployment, chunk) in _chunks.ToList())
        {
            var writer = chunk.Writer;
            if (all || writer.Rows >= options.ChunkRows || writer.Bytes >= options.ChunkMegabytes * (1L << 20) || now - writer.OpenedAt >= options.ChunkAge)
            {
                End(deployment, chunk, finished);
            }
        }
    }

    public void Dispose()
    {
        foreach (var chunk in _chunks.Values)
        {
            chunk.Writer.Dispose();
        }
    }

    private OpenChunk Take(string deployment, ColumnLayout layout, List<FinishedChunk> finished)
    {
        IReadOnlyList<ColumnLayout> layouts = [layout];
        if (_chunks.TryGetValue(deployment, out var chunk))
        {
            if (chunk.Writer.Schema.NumberOf(layout) >= 0)
            {
                return chunk;
            }

            // The next chunk takes both, so that two versions side by side do not end each other's chunks again and again.
            var known = chunk.Writer.Schema.Layouts;
            layouts = known.Count < MaxLayouts ? [.. known, layout] : layouts;
            End(deployment, chunk, finished);
        }

        var name = ChunkName.Next(time.GetUtcNow(), _lastNames.GetValueOrDefault(deployment));
        var writer = ChunkWriter.Open(folder, deployment, name, ChunkSchema.Create(layouts), time.GetUtcNow());
        _lastNames[deployment] = name;
        _open[deployment] = name;
        return _chunks[deployment] = new OpenChunk(writer);
    }

    private void End(string deployment, OpenChunk chunk, List<FinishedChunk> finished)
    {
        Flush(deployment, chunk);
        chunk.Writer.Finish();
        chunk.Writer.Dispose();
        _chunks.Remove(deployment);
        _open.TryRemove(deployment, out _);
        finished.Add(new FinishedChunk(deployment, chunk.Writer.Name, chunk.Writer.Batches, chunk.Writer.Bytes));
    }

    private void Flush(string deployment, OpenChunk chunk)
    {
        if (chunk.Steps.Count == 0)
        {
            return;
        }

        try
        {
            chunk.Writer.Flush();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            chunk.Writer.Discard();
            chunk.Steps.ForEach(step => step.Position = null);
            refused(e, deployment);
        }

        chunk.Steps.Clear();
    }

    private sealed record OpenChunk(ChunkWriter Writer)
    {
        public List<LogStep> Steps { get; } = [];
    }
}

/// <summary>A chunk that is no longer written, with the number of its last batch and its size.</summary>
internal sealed record FinishedChunk(string Deployment, string Name, int Batches, long Bytes)
{
    /// <summary>The end of the chunk.</summary>
    public LogPosition End => new(Name, Batches);
}

/// <summary>One thing to hand to the consumer: a batch, or a note.</summary>
internal sealed class LogStep
{
    public CollectedBatch Collected { get; init; }

    public object? Note { get; init; }

    /// <summary>Where the batch is; null until it was written, and when the disk refused it.</summary>
    public LogPosition? Position { get; set; }
}
