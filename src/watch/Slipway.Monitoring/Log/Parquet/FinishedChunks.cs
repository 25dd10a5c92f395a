using System.Collections.Concurrent;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Slipway.Monitoring.Log.Chunks;

namespace Slipway.Monitoring.Log.Parquet;

/// <summary>Turns finished chunks into Parquet, one after the other, beside the loop that writes. What fails, on a full disk for example, is tried again.</summary>
internal sealed partial class FinishedChunks(ChunkConversion conversion, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan Retry = TimeSpan.FromMinutes(1);

    // Bounded by what may wait on the disk: see BacklogMegabytes.
    private readonly Channel<FinishedChunk> _chunks = Channel.CreateUnbounded<FinishedChunk>(new UnboundedChannelOptions { SingleReader = true });
    private readonly ConcurrentDictionary<FinishedChunk, TaskCompletionSource> _waiting = [];

    /// <summary>The size of what waits.</summary>
    public long Bytes => _waiting.Keys.Sum(chunk => chunk.Bytes);

    /// <summary>Takes a chunk that has been worked on.</summary>
    public void Add(FinishedChunk chunk)
    {
        _waiting.TryAdd(chunk, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        _chunks.Writer.TryWrite(chunk);
    }

    /// <summary>Waits until all that were taken are Parquet.</summary>
    public Task DoneAsync() => Task.WhenAll(_waiting.Values.Select(w => w.Task));

    /// <summary>Works until the token says to stop.</summary>
    public async Task RunAsync(CancellationToken stoppingToken)
    {
        try
        {
            await foreach (var chunk in _chunks.Reader.ReadAllAsync(stoppingToken))
            {
                if (!await TryConvertAsync(chunk, stoppingToken))
                {
                    // Others go on: a chunk that can never be converted must not hold them up.
                    _ = AddLaterAsync(chunk, stoppingToken);
                }
                else if (_waiting.TryRemove(chunk, out var done))
                {
                    done.TrySetResult();
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The chunk stays, and the next start converts it.
        }
    }

    private async Task AddLaterAsync(FinishedChunk chunk, CancellationToken stoppingToken)
    {
        await Task.Delay(Retry, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _chunks.Writer.TryWrite(chunk);
    }

    private async Task<bool> TryConvertAsync(FinishedChunk chunk, CancellationToken stoppingToken)
    {
        try
        {
            await BackgroundThread.RunAsync("Slipway log conversion", () => conversion.Run(chunk.Deployment, chunk.Name, stoppingToken));
            return true;
        }
        catch (FileNotFoundException)
        {
            // Somebody deleted it: there is nothing to convert.
            return true;
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            LogFailed(logger, chunk.Name, chunk.Deployment, e);
            return false;
        }
    }

    [LoggerMessage(LogLevel.Error, "The chunk {Chunk} of {Deployment}'s predictions could not become Parquet; it stays readable and is tried again")]
    private static partial void LogFailed(ILogger logger, string chunk, string deployment, Exception reason);
}
