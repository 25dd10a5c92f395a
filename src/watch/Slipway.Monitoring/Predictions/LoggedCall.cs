using Slipway.Monitoring.Log;

namespace Slipway.Monitoring.Predictions;

/// <summary>A row of the log.</summary>
internal readonly record struct LoggedRow(PredictionBatch Batch, int Row)
{
    public string Id => Batch.Ids[Row];

    public long Arrival => Batch.Arrivals[Row];

    /// <summary>True for the first row of its call, on which the call's times stand.</summary>
    public bool IsFirst => !double.IsNaN(Batch.Milliseconds[Row]);

    /// <summary>True for rows that one request brought: it has one source and arrived at one moment.</summary>
    public bool SharesCall(LoggedRow other) => Arrival == other.Arrival && Batch.Source == other.Batch.Source;
}

/// <summary>A request as the log has it.</summary>
/// <param name="RequestId">Its id, without a row's number.</param>
/// <param name="First">Its first row; the asked row itself where the first is not in the log.</param>
/// <param name="Rows">The rows that are shown.</param>
/// <param name="RowCount">How many rows of it the log has.</param>
/// <param name="Again">When the same id came again.</param>
internal sealed record LoggedCall(string RequestId, LoggedRow First, IReadOnlyList<LoggedRow> Rows, int RowCount, IReadOnlyList<DateTimeOffset> Again)
{
    /// <summary>The numbers that stand on the first row only; null where that is not there, or was written before they were kept.</summary>
    public CallColumns? Times => First.IsFirst ? First.Batch.Calls : null;
}
