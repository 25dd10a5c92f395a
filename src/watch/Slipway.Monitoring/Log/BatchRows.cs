namespace Slipway.Monitoring.Log;

/// <summary>Some rows of a batch.</summary>
internal static class BatchRows
{
    /// <summary>The rows of <paramref name="batch"/> at these places, in this order, with all its columns.</summary>
    public static PredictionBatch Pick(this PredictionBatch batch, int[] rows)
    {
        return batch with
        {
            Rows = rows.Length,
            Ids = batch.Ids.Pick(rows),
            EventTimes = Of(batch.EventTimes),
            Arrivals = Of(batch.Arrivals),
            Milliseconds = Of(batch.Milliseconds),
            Calls = batch.Calls?.Pick(rows),
            Failed = Of(batch.Failed),
            Errors = batch.Errors is null ? null : Of(batch.Errors),
            Keys = Of(batch.Keys),
            Units = Of(batch.Units),
            Segments = batch.Segments.ToDictionary(s => s.Key, s => Of(s.Value), StringComparer.Ordinal),
            Inputs = [.. batch.Inputs.Select(OfColumn)],
            Outputs = [.. batch.Outputs.Select(OfColumn)],
        };

        T[] Of<T>(T[] values) => Array.ConvertAll(rows, row => values[row]);

        LoggedColumn OfColumn(LoggedColumn column) => column switch
        {
            NumberValues numbers => numbers with { Values = Of(numbers.Values) },
            TextValues texts => texts with { Values = Of(texts.Values) },
            VectorValues vectors => vectors with { Values = Of(vectors.Values) },
            DigestValues digests => digests with { Values = Of(digests.Values) },
            _ => column,
        };
    }
}
