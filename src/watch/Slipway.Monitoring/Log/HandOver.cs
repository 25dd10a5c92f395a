using Microsoft.Extensions.Logging;
using Slipway.Monitoring.Log.Chunks;
using Slipway.Monitoring.Log.Parquet;

namespace Slipway.Monitoring.Log;

/// <summary>Hands over to the consumer what is written, and lets it settle. What the consumer throws is logged here: what follows is still handed over. Used by the log's loop.</summary>
internal sealed partial class HandOver(IPredictionConsumer consumer, TimeProvider time, ILogger logger)
{
    // A save writes profiles and waits for the disk, so it does not go with every tick.
    private static readonly TimeSpan SettleEvery = TimeSpan.FromSeconds(1);

    private long _settledAt = time.GetTimestamp();

    /// <summary>True when the consumer settled a second ago.</summary>
    public bool IsDue => time.GetElapsedTime(_settledAt) >= SettleEvery;

    /// <summary>The position up to which the deployment's log has been worked on.</summary>
    public Task<LogPosition?> ReadPositionAsync(string deployment, CancellationToken cancellationToken) => consumer.ReadPositionAsync(deployment, cancellationToken);

    /// <summary>Hands over notes, and batches that are in the log.</summary>
    public async Task TakeAsync(IReadOnlyList<LogStep> steps)
    {
        foreach (var step in steps)
        {
            if (step.Note is not null)
            {
                await TryAsync(() => consumer.ConsumeAsync(step.Note, CancellationToken.None));
            }
            else if (step.Position is not null)
            {
                await TakeAsync(step.Collected.Batch, step.Position);
            }
        }
    }

    /// <summary>Hands over a batch.</summary>
    public Task TakeAsync(PredictionBatch batch, LogPosition position) => TryAsync(() => consumer.ConsumeAsync(batch, position, CancellationToken.None));

    /// <summary>Has the consumer save what changed; answers why it could not.</summary>
    public async Task<Exception?> SettleAsync()
    {
        _settledAt = time.GetTimestamp();
        try
        {
            await consumer.SettleAsync(CancellationToken.None);
            return null;
        }
        catch (Exception e)
        {
            LogSettleFailed(logger, e);
            return e;
        }
    }

    /// <summary>
    /// Passes on the finished chunks that may become Parquet: those of which the consumer has saved what it made of them. Until then a kill would have them read again.
    /// </summary>
    public async Task PassOnAsync(List<FinishedChunk> finished, FinishedChunks conversions)
    {
        foreach (var group in finished.GroupBy(f => f.Deployment).ToList())
        {
            await TryAsync(async () =>
            {
                var position = await consumer.ReadPositionAsync(group.Key, CancellationToken.None);
                foreach (var chunk in group.Where(f => f.Batches == 0 || f.End.CompareTo(position) <= 0))
                {
                    finished.Remove(chunk);
                    conversions.Add(chunk);
                }
            });
        }
    }

    private async Task TryAsync(Func<Task> act)
    {
        try
        {
            await act();
        }
        catch (Exception e)
        {
            // It must not throw; when it does, what follows is still handed over.
            LogConsumerFailed(logger, e);
        }
    }

    [LoggerMessage(LogLevel.Error, "Monitoring failed to take predictions from the log")]
    private static partial void LogConsumerFailed(ILogger logger, Exception reason);

    [LoggerMessage(LogLevel.Error, "What monitoring found out could not be saved; it is tried again")]
    private static partial void LogSettleFailed(ILogger logger, Exception reason);
}
