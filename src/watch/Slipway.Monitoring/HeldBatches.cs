using Slipway.Monitoring.Log;

namespace Slipway.Monitoring;

/// <summary>
/// Batches that could not be taken since the database could not be read, by deployment and in order. Beyond the bound a deployment is given up until the next start: its place in the log
/// stays where it is, so the log hands everything over again then.
/// </summary>
internal sealed class HeldBatches(int maxRows)
{
    private readonly Dictionary<string, Queue<(PredictionBatch Batch, LogPosition Position)>> _held = [];
    private readonly HashSet<string> _givenUp = [];
    private int _rows;

    /// <summary>Deployments with batches to try again.</summary>
    public IReadOnlyList<string> Deployments => [.. _held.Keys];

    /// <summary>True while what comes for the deployment has to wait behind what is held.</summary>
    public bool Holds(string deployment) => _held.ContainsKey(deployment) || _givenUp.Contains(deployment);

    /// <summary>Keeps a batch behind the others of its deployment; false when the deployment is given up.</summary>
    public bool Add(PredictionBatch batch, LogPosition position)
    {
        var deployment = batch.Source.Deployment;
        if (_givenUp.Contains(deployment))
        {
            return false;
        }

        if (!_held.TryGetValue(deployment, out var queue))
        {
            _held[deployment] = queue = new();
        }

        queue.Enqueue((batch, position));
        _rows += batch.Rows;
        if (_rows <= maxRows)
        {
            return true;
        }

        _givenUp.Add(deployment);
        _held.Remove(deployment);
        _rows -= queue.Sum(held => held.Batch.Rows);
        return false;
    }

    /// <summary>The deployment's first batch.</summary>
    public (PredictionBatch Batch, LogPosition Position)? First(string deployment) => _held.TryGetValue(deployment, out var queue) ? queue.Peek() : null;

    /// <summary>The first batch was taken.</summary>
    public void RemoveFirst(string deployment)
    {
        var queue = _held[deployment];
        _rows -= queue.Dequeue().Batch.Rows;
        if (queue.Count == 0)
        {
            _held.Remove(deployment);
        }
    }
}
