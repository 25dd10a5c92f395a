using System.IO.Hashing;
using System.Runtime.InteropServices;
using Slipway.Monitoring.Log;

namespace Slipway.Monitoring.Outcomes;

/// <summary>The newest predictions of all deployments by id, bounded in rows and bytes; the oldest batch leaves first. Failed rows are not in it: no truth belongs to them.</summary>
/// <remarks>
/// Rows are found by a 64-bit hash of their id, and by numbers in place of references: with texts for keys this map alone took 3 µs of processor time a row at 40 000 rows a second, most of it
/// for memory that the collector has to walk and texts that are read again to be let go. Of two ids with one hash (once in 10^9 for the rows that it holds) the newer is not found here, but in the log.
/// </remarks>
internal sealed class RecentPredictions(int maxRows, long maxBytes)
{
    private readonly Dictionary<string, Dictionary<ulong, Place>> _byDeployment = [];
    private readonly Dictionary<int, (RecentBatch Batch, ulong[] Hashes)> _batches = [];
    private int _oldest;
    private int _next;
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
        var hashes = new ulong[batch.Rows];
        _batches.Add(_next, (recent, hashes));
        bool[]? isNew = null;
        for (var i = 0; i < batch.Rows; i++)
        {
            hashes[i] = Hash(batch.Ids[i]);
            if (!batch.Failed[i] && !places.TryAdd(hashes[i], new Place(_next, i)) && At(places[hashes[i]]).Ids[places[hashes[i]].Row] == batch.Ids[i])
            {
                isNew ??= Enumerable.Repeat(true, batch.Rows).ToArray();
                isNew[i] = false;
            }
        }

        _next++;
        _rows += recent.Rows;
        _bytes += recent.Bytes;
        Evict();
        return isNew;
    }

    /// <summary>Where a prediction is, or null.</summary>
    public FoundPrediction? Find(string deployment, string id) =>
        _byDeployment.TryGetValue(deployment, out var places) && places.TryGetValue(Hash(id), out var place) && At(place).Ids[place.Row] == id ? new FoundPrediction(At(place), place.Row) : null;

    private static ulong Hash(string id) => XxHash3.HashToUInt64(MemoryMarshal.AsBytes(id.AsSpan()));

    private RecentBatch At(Place place) => _batches[place.Batch].Batch;

    private void Evict()
    {
        // The newest batch stays however large it is: it is in memory anyway while it is worked on.
        while (_batches.Count > 1 && (_rows > maxRows || _bytes > maxBytes))
        {
            var (oldest, hashes) = _batches[_oldest];
            var places = _byDeployment[oldest.Source.Deployment];
            foreach (var hash in hashes)
            {
                if (places.TryGetValue(hash, out var place) && place.Batch == _oldest)
                {
                    places.Remove(hash);
                }
            }

            _batches.Remove(_oldest++);
            _rows -= oldest.Rows;
            _bytes -= oldest.Bytes;
            Evictions++;
        }
    }

    // A row of a batch, by the batch's number.
    private readonly record struct Place(int Batch, int Row);
}

/// <summary>A row of a batch.</summary>
internal readonly record struct FoundPrediction(RecentBatch Batch, int Row);
