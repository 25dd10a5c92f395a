using Slipway.Core.Names;

namespace Slipway.Monitoring.Log;

/// <summary>Keeps the newest rows that a version answered, of what is read from the newest chunk or file to the oldest.</summary>
internal sealed class NewestRows(VersionReference version, int most)
{
    private readonly List<PredictionBatch> _batches = [];
    private int _rows;

    /// <summary>The rows, those of the newest chunk or file first.</summary>
    public IReadOnlyList<PredictionBatch> Batches => _batches;

    /// <summary>True when there are as many as are wanted.</summary>
    public bool IsFull => _rows >= most;

    /// <summary>Takes the newest of what one chunk or file has, in the order in which it was written.</summary>
    public void AddOlder(IEnumerable<PredictionBatch> batches)
    {
        // A chunk has many more rows than are wanted, so what newer ones push out is let go of while it is read.
        var kept = new Queue<PredictionBatch>();
        var rows = 0;
        foreach (var batch in batches.Where(batch => batch.Source.Version == version))
        {
            var answered = Enumerable.Range(0, batch.Rows).Where(row => !batch.Failed[row]).ToArray();
            if (answered.Length > 0)
            {
                kept.Enqueue(batch.Pick(answered[^Math.Min(most, answered.Length)..]));
                rows += kept.Last().Rows;
                while (rows - kept.Peek().Rows >= most - _rows)
                {
                    rows -= kept.Dequeue().Rows;
                }
            }
        }

        foreach (var batch in kept.Reverse().TakeWhile(_ => !IsFull))
        {
            var first = Math.Max(0, batch.Rows - (most - _rows));
            _batches.Add(first == 0 ? batch : batch.Pick([.. Enumerable.Range(first, batch.Rows - first)]));
            _rows += batch.Rows - first;
        }
    }
}
