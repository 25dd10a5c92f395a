using Slipway.Monitoring.Log;

namespace Slipway.Monitoring.Outcomes;

/// <summary>Takes rows out of a batch.</summary>
internal static class BatchFilter
{
    /// <summary>The batch with the rows for which <paramref name="keep"/> is true, in the same order.</summary>
    public static PredictionBatch Keep(this PredictionBatch batch, bool[] keep)
    {
        var rows = Enumerable.Range(0, batch.Rows).Where(row => keep[row]).ToArray();
        return batch with
        {
            Rows = rows.Length,
            Ids = Pick(batch.Ids, rows),
            EventTimes = Pick(batch.EventTimes, rows),
            Arrivals = Pick(batch.Arrivals, rows),
            Milliseconds = Pick(batch.Milliseconds, rows),
            Failed = Pick(batch.Failed, rows),
            Keys = Pick(batch.Keys, rows),
            Units = Pick(batch.Units, rows),
            Segments = batch.Segments.ToDictionary(segment => segment.Key, segment => Pick(segment.Value, rows)),
            Inputs = [.. batch.Inputs.Select(column => Pick(column, rows))],
            Outputs = [.. batch.Outputs.Select(column => Pick(column, rows))],
        };
    }

    private static LoggedColumn Pick(LoggedColumn column, int[] rows) => column switch
    {
        NumberValues numbers => numbers with { Values = Pick(numbers.Values, rows) },
        TextValues texts => texts with { Values = Pick(texts.Values, rows) },
        VectorValues vectors => vectors with { Values = Pick(vectors.Values, rows) },
        DigestValues digests => digests with { Values = Pick(digests.Values, rows) },
        _ => throw new InvalidOperationException($"The column '{column.Name}' is of a kind that rows cannot be taken out of: {column.GetType().Name}."),
    };

    private static T[] Pick<T>(T[] values, int[] rows) => Array.ConvertAll(rows, row => values[row]);
}
