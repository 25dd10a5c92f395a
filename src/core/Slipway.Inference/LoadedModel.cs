namespace Slipway.Inference;

/// <summary>
/// A model in use: requests take a lease for the time of a run, and the model is disposed when it has been retired and its last lease is gone.
/// No locks: one atomic counter.
/// </summary>
public sealed class LoadedModel(IModel model)
{
    // The owner holds one count; the model dies when it reaches zero.
    private int _count = 1;
    private int _retired;

    /// <summary>The model. Run it only while holding a lease.</summary>
    public IModel Model => model;

    /// <summary>Takes a lease; false when the model has been disposed already (the caller reads the routing snapshot again).</summary>
    public bool TryLease(out ModelLease lease)
    {
        var count = Volatile.Read(ref _count);
        while (count > 0)
        {
            var seen = Interlocked.CompareExchange(ref _count, count + 1, count);
            if (seen == count)
            {
                lease = new ModelLease(this);
                return true;
            }

            count = seen;
        }

        lease = default;
        return false;
    }

    /// <summary>Says that no new work will come; the model is disposed when the last lease returns, at once when there is none. Idempotent.</summary>
    public void Retire()
    {
        if (Interlocked.Exchange(ref _retired, 1) == 0)
        {
            Release();
        }
    }

    internal void Release()
    {
        if (Interlocked.Decrement(ref _count) == 0)
        {
            model.Dispose();
        }
    }
}

/// <summary>The right to run a <see cref="LoadedModel"/>, until it is disposed. Dispose it exactly once.</summary>
public readonly struct ModelLease(LoadedModel owner) : IDisposable
{
    /// <summary>The model to run.</summary>
    public IModel Model => owner.Model;

    /// <inheritdoc/>
    public void Dispose() => owner.Release();
}
