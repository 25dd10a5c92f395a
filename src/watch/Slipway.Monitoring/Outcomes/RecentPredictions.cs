using System.Runtime.InteropServices;
using Slipway.Monitoring.Log;

namespace Slipway.Monitoring.Outcomes;

/// <summary>The newest predictions of all deployments by id, bounded in rows and bytes; the oldest batch leaves first. Failed rows are not in it: no truth belongs to them.</summary>
internal sealed class RecentPredictions(int maxRows, long maxBytes)
{
    private readonly Dictionary<string, Dictionary<string, Place>> _byDeployment = [];
    private readonly Queue<RecentBatch> _batches = new();
    private long _rows;
    private long _bytes;

    /// <summary>Grows when rows leave: outcomes that wait may find them in the log only.</summary>
    public long Evictions { get; private set; }

    /// <summary>Adds a batch and answers which of its rows are new; null when all are. A row whose id is known is a client's second try, and was counted with the first.</summary>
    public bool[]? Add(PredictionBatch batch, OutcomeModel model)
    {
        ref var places = ref CollectionsMarshal.GetValueRefOrAddDefault(_byDeployment, batch.Source.Deployment, out _);
        places ??= [];
        var recent = new RecentBatch(batch, model);
        bool[]? isNew = null;
        for (var i = 0; i < batch.Rows; i++)
        {
            if (!batch.Failed[i] && !places.TryAdd(batch.Ids[i], new Place(recent, i)))
            {
                isNew ??= Enumerable.Repeat(true, batch.Rows).ToArray();
                isNew[i] = false;
            }
        }

        _batches.Enqueue(recent);
        _rows += recent.Rows;
        _bytes += recent.Bytes;
        Evict();
        return isNew;
    }

    /// <summary>Where a prediction is, or null.</summary>
    public Place? Find(string deployment, string id) => _byDeployment.TryGetValue(deployment, out var places) && places.TryGetValue(id, out var place) ? place : null;

    private void Evict()
    {
        // The newest batch stays however large it is: it is in memory anyway while it is worked on.
        while (_batches.Count > 1 && (_rows > maxRows || _bytes > maxBytes))
        {
            var oldest = _batches.Dequeue();
            var places = _byDeployment[oldest.Source.Deployment];
            foreach (var id in oldest.Ids)
            {
                if (places.TryGetValue(id, out var place) && place.Batch == oldest)
                {
                    places.Remove(id);
                }
            }

            _rows -= oldest.Rows;
            _bytes -= oldest.Bytes;
            Evictions++;
        }
    }

    /// <summary>A row of a batch.</summary>
    internal readonly record struct Place(RecentBatch Batch, int Row);
}
