namespace Slipway.Monitoring.Log;

/// <summary>The prediction log as the rest of the module uses it.</summary>
internal interface IPredictionLog
{
    /// <summary>Puts a note between the predictions: the consumer gets it after all that were recorded before it, and before those that are recorded after it. Waits for room rather than drop it.</summary>
    ValueTask PostAsync(object note, CancellationToken cancellationToken);

    /// <summary>Drains now, without waiting for the next tick, and returns when everything that was recorded or posted before the call has been consumed and settled.</summary>
    Task DrainAsync(CancellationToken cancellationToken);

    /// <summary>Rows of predictions by id that are no longer in the open chunks, from finished chunks and Parquet files; unknown ids are left out.</summary>
    /// <param name="deployment">The deployment.</param>
    /// <param name="ids">At most a few thousand ids.</param>
    /// <param name="cancellationToken">Ends the search.</param>
    Task<IReadOnlyList<PredictionBatch>> FindAsync(string deployment, IReadOnlyCollection<string> ids, CancellationToken cancellationToken);

    /// <summary>Live figures.</summary>
    PredictionLogFigures Figures { get; }
}

/// <summary>Figures of the log since the process started.</summary>
/// <param name="Recorded">Rows that were written.</param>
/// <param name="Dropped">Rows that were dropped because the queue or the backlog was full, or the disk refused them.</param>
/// <param name="TornBatches">Batches at the ends of chunks that a kill or a power cut had torn; nothing after them in their chunk was read.</param>
/// <param name="SampledOut">Rows that were left out because they do not belong to the sample.</param>
public sealed record PredictionLogFigures(long Recorded, long Dropped, long TornBatches, long SampledOut = 0);
