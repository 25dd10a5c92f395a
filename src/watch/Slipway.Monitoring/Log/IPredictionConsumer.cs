namespace Slipway.Monitoring.Log;

/// <summary>
/// Who works on what the log has kept. The log calls it from one loop, in order, so an implementation needs no locks of its own. Effects are saved with the position, so that after a kill
/// the log hands over again exactly what was written but not yet worked on.
/// </summary>
internal interface IPredictionConsumer
{
    /// <summary>The position up to which a deployment's log has been worked on; null when nothing was.</summary>
    Task<LogPosition?> ReadPositionAsync(string deployment, CancellationToken cancellationToken);

    /// <summary>Takes rows that are in the log up to <paramref name="position"/>. Must not throw for what the rows hold.</summary>
    Task ConsumeAsync(PredictionBatch batch, LogPosition position, CancellationToken cancellationToken);

    /// <summary>Takes a note that stood between the predictions: see <see cref="IPredictionLog.PostAsync"/>.</summary>
    Task ConsumeAsync(object note, CancellationToken cancellationToken);

    /// <summary>Everything that was waiting has been handed over: save what changed, judge what is due. Called after every drain that handed anything over, and at least once a second.</summary>
    Task SettleAsync(CancellationToken cancellationToken);
}

/// <summary>A place in a deployment's log: batches up to and including number <paramref name="Batch"/> (1, 2, 3 …) of chunk <paramref name="Chunk"/>. Chunk names sort by time.</summary>
internal sealed record LogPosition(string Chunk, int Batch) : IComparable<LogPosition>
{
    public int CompareTo(LogPosition? other) => other is null ? 1
        : string.CompareOrdinal(Chunk, other.Chunk) is var order and not 0 ? order
        : Batch.CompareTo(other.Batch);
}
