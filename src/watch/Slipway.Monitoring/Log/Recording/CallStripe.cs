namespace Slipway.Monitoring.Log.Recording;

/// <summary>The calls of one processor's requests. Everything of it but the lock is used under the lock.</summary>
internal sealed class CallStripe(BlockPool pool)
{
    // A server that answers with more kinds than these side by side describes some of them again now and then.
    private const int KnownRoutes = 8;

    private readonly List<CallBlock> _blocks = [];
    private readonly List<CallRoute> _routes = [];

    public Lock Gate { get; } = new();

    /// <summary>Copies a call.</summary>
    public void Add(in RecordedCall call, long sequence, int bytes)
    {
        if (_blocks.Count == 0 || !_blocks[^1].HasRoom(bytes))
        {
            _blocks.Add(pool.Take(bytes));
        }

        _blocks[^1].Add(call, Route(call), sequence, bytes);
    }

    /// <summary>Hands over all calls.</summary>
    public void MoveTo(CallMerge merge)
    {
        if (_blocks.Count > 0)
        {
            merge.Add([.. _blocks]);
            _blocks.Clear();
        }
    }

    private CallRoute Route(in RecordedCall call)
    {
        for (var i = 0; i < _routes.Count; i++)
        {
            if (_routes[i].Fits(call))
            {
                return _routes[i];
            }
        }

        if (_routes.Count == KnownRoutes)
        {
            _routes.RemoveAt(0);
        }

        var route = new CallRoute(call);
        _routes.Add(route);
        return route;
    }
}

/// <summary>Blocks that are used again. The one that was given back last is taken first: it is still in the processor's memory. Used by any thread.</summary>
internal sealed class BlockPool
{
    private const int MaxKept = 64;

    private readonly Lock _gate = new();
    private readonly Stack<CallBlock> _blocks = new();

    /// <summary>A block with room for so many bytes.</summary>
    public CallBlock Take(int bytes)
    {
        if (bytes > CallBlock.Size)
        {
            return new CallBlock(bytes);
        }

        lock (_gate)
        {
            if (_blocks.TryPop(out var block))
            {
                return block;
            }
        }

        return new CallBlock(CallBlock.Size);
    }

    /// <summary>Gives a block back.</summary>
    public void Return(CallBlock block)
    {
        if (!block.IsReusable)
        {
            return;
        }

        block.Clear();
        lock (_gate)
        {
            if (_blocks.Count < MaxKept)
            {
                _blocks.Push(block);
            }
        }
    }
}
