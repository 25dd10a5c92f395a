using Slipway.Monitoring.Log;

namespace Slipway.Monitoring.Outcomes;

/// <summary>
/// What joins need of a batch: its scores and scalar columns, shared with the batch and not copied. Vectors and digests among the inputs are let go: they would keep gigabytes, and no
/// segment is made of them.
/// </summary>
internal sealed class RecentBatch(PredictionBatch batch, OutcomeModel model)
{
    private const int BytesOfRow = 160;
    private const int BytesOfText = 48;

    private readonly LoggedColumn? _scores = model.FindScores(batch);
    private readonly long[] _eventTimes = batch.EventTimes;
    private readonly ulong[] _units = batch.Units;

    public PredictionSource Source { get; } = batch.Source;

    public OutcomeModel Model { get; } = model;

    public int Rows { get; } = batch.Rows;

    public string[] Ids { get; } = batch.Ids;

    public IReadOnlyDictionary<string, string?[]> Segments { get; } = batch.Segments;

    public IReadOnlyList<LoggedColumn> Inputs { get; } = [.. batch.Inputs.Where(input => input is NumberValues or TextValues)];

    /// <summary>About how much memory it holds.</summary>
    public long Bytes => Rows * (BytesOfRow + (BytesOfText * (long)Segments.Count) + Inputs.Sum(BytesOf) + BytesOf(_scores));

    /// <summary>When the row happened, UTC ticks.</summary>
    public long PredictedAt(int row) => _eventTimes[row];

    /// <summary>The row with its truth.</summary>
    public JoinedOutcome Join(int row, string label, long knownAt) => new(
        Source,
        Ids[row],
        _units[row],
        new DateTimeOffset(_eventTimes[row], TimeSpan.Zero),
        new DateTimeOffset(knownAt, TimeSpan.Zero),
        label,
        Model.Scores(_scores, row),
        new RowSegments(this, row));

    private static long BytesOf(LoggedColumn? column) => column switch
    {
        null => 0,
        NumberValues => sizeof(double),
        VectorValues vectors => 32 + (sizeof(double) * (long)(Array.Find(vectors.Values, v => v is not null)?.Length ?? 0)),
        _ => BytesOfText,
    };
}
