using Microsoft.Extensions.Logging;
using Slipway.Monitoring.Log.Chunks;
using Slipway.Monitoring.Log.Parquet;
using Slipway.Monitoring.Log.Recording;

namespace Slipway.Monitoring.Log;

/// <summary>Finishes the chunks of the process before: hands over what was written and not worked on. Used by the log's loop, before anything else is handed over.</summary>
internal sealed partial class LogRecovery(
    PredictionFolder folder, OpenChunks chunks, RowCollector collector, PredictionSearch search, HandOver handOver, List<FinishedChunk> finished, ILogger logger)
{
    private readonly Dictionary<string, LogPosition?> _positions = new(StringComparer.Ordinal);
    private long _torn;

    /// <summary>Batches that a kill or a power cut had torn.</summary>
    public long Torn => Interlocked.Read(ref _torn);

    /// <summary>Recovers every deployment that was not yet. Throws when a position cannot be read; then it is called again.</summary>
    public async Task RunAsync(CancellationToken stoppingToken)
    {
        foreach (var deployment in folder.Deployments())
        {
            if (!chunks.Knows(deployment))
            {
                await RecoverAsync(deployment, stoppingToken);
            }
        }
    }

    private async Task RecoverAsync(string deployment, CancellationToken stoppingToken)
    {
        if (!_positions.TryGetValue(deployment, out var position))
        {
            _positions[deployment] = position = await handOver.ReadPositionAsync(deployment, stoppingToken);
        }

        folder.RemoveLeftovers(deployment);
        var last = position?.Chunk;
        var names = folder.Chunks(deployment);
        if (names.Count == 0)
        {
            await ObserveNewestAsync(deployment, stoppingToken);
        }

        foreach (var chunk in names)
        {
            last = string.CompareOrdinal(chunk, last) > 0 ? chunk : last;
            try
            {
                var batches = await RecoverAsync(deployment, chunk, position, stoppingToken);
                finished.Add(new FinishedChunk(deployment, chunk, batches, new FileInfo(folder.Chunk(deployment, chunk)).Length));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                LogChunkUnreadable(logger, chunk, deployment, e);
            }
        }

        chunks.StartAfter(deployment, last);
    }

    private async Task ObserveNewestAsync(string deployment, CancellationToken stoppingToken)
    {
        try
        {
            await search.ObserveNewestAsync(deployment, collector.Times(deployment), stoppingToken);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // Then rows without a time count as live until somebody states one.
            LogChunkUnreadable(logger, "before", deployment, e);
        }
    }

    private async Task<int> RecoverAsync(string deployment, string chunk, LogPosition? position, CancellationToken stoppingToken)
    {
        using var reader = ChunkReader.Open(folder, deployment, chunk);
        var done = position is null ? 0
            : string.CompareOrdinal(chunk, position.Chunk) is var order and not 0 ? order < 0 ? int.MaxValue : 0
            : position.Batch;
        var number = 0;

        // The last batch is read in any case: it says whether the deployment is in replay.
        foreach (var batch in reader.Read(Math.Min(done, reader.Batches - 1)))
        {
            stoppingToken.ThrowIfCancellationRequested();
            number = batch.Number;
            collector.Times(deployment).Observe(batch.Batch);
            if (number > done)
            {
                await handOver.TakeAsync(batch.Batch, new LogPosition(chunk, batch.Number));
            }
        }

        if (reader.IsTorn)
        {
            Interlocked.Increment(ref _torn);
            LogTorn(logger, chunk, deployment);
        }

        return number;
    }

    [LoggerMessage(LogLevel.Error, "The chunk {Chunk} of {Deployment}'s predictions cannot be read and is left where it is")]
    private static partial void LogChunkUnreadable(ILogger logger, string chunk, string deployment, Exception reason);

    [LoggerMessage(LogLevel.Warning, "The chunk {Chunk} of {Deployment}'s predictions ends in a torn batch, which is left out")]
    private static partial void LogTorn(ILogger logger, string chunk, string deployment);
}
