using Slipway.Monitoring.Log;

namespace Slipway.Monitoring.Outcomes;

/// <summary>Takes rows out of a batch.</summary>
internal static class BatchFilter
{
    /// <summary>The batch with the rows for which <paramref name="keep"/> is true, in the same order.</summary>
    public static PredictionBatch Keep(this PredictionBatch batch, bool[] keep) => batch.Pick([.. Enumerable.Range(0, batch.Rows).Where(row => keep[row])]);
}
