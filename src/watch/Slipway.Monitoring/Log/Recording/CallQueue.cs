namespace Slipway.Monitoring.Log.Recording;

/// <summary>
/// What waits to be written: calls, and notes between them. Bounded by rows and by bytes, because without a bound a slow disk would turn into a server out of memory. Adding wakes nobody: a
/// thread that is woken for each request costs more than the copy. Taken from by one thread.
/// </summary>
/// <remarks>
/// Each processor has blocks of its own, so that requests hardly ever wait for each other; numbers say in which order calls and notes came. What waits is taken from all of them at one moment
/// under all their locks: a call that was answered before another one began is taken with it or before it.
/// </remarks>
internal sealed class CallQueue
{
    private const int MaxStripes = 16;

    private readonly int _capacityRows;
    private readonly long _capacityBytes;
    private readonly CallStripe[] _stripes;
    private readonly BlockPool _pool = new();
    private readonly Lock _controlGate = new();
    private readonly List<(long Sequence, object Item)> _controls = [];

    // The loop's: what was taken and is not used up.
    private readonly CallMerge _taken;
    private readonly Queue<(long Sequence, object Item)> _takenControls = new();

    private long _sequence;
    private long _rows;
    private long _bytes;
    private long _dropped;
    private TaskCompletionSource? _room;

    public CallQueue(int capacityRows, long capacityBytes)
    {
        _capacityRows = capacityRows;
        _capacityBytes = capacityBytes;
        _taken = new CallMerge(_pool);
        _stripes = new CallStripe[Math.Min(Environment.ProcessorCount, MaxStripes)];
        for (var i = 0; i < _stripes.Length; i++)
        {
            _stripes[i] = new CallStripe(_pool);
        }
    }

    /// <summary>Rows that found no room.</summary>
    public long Dropped => Interlocked.Read(ref _dropped);

    /// <summary>Copies the call into the queue; when it is full the call is dropped and counted.</summary>
    public void Add(in RecordedCall call)
    {
        var rows = call.Failed ? 1 : call.Rows;
        var bytes = CallBlock.Measure(call);
        if (bytes > Array.MaxLength || Interlocked.Add(ref _rows, rows) > _capacityRows)
        {
            Drop(bytes > Array.MaxLength ? 0 : rows, rows, bytes: 0);
            return;
        }

        if (Interlocked.Add(ref _bytes, bytes) > _capacityBytes)
        {
            Drop(rows, rows, bytes);
            return;
        }

        // A thread may move on to another processor here; then two of them use one stripe, which its lock allows.
        var stripe = _stripes[Thread.GetCurrentProcessorId() % _stripes.Length];
        lock (stripe.Gate)
        {
            stripe.Add(call, Interlocked.Increment(ref _sequence), (int)bytes);
        }
    }

    /// <summary>Adds a note. Waits while there is no room.</summary>
    public async ValueTask AddAsync(object note, CancellationToken cancellationToken)
    {
        while (Interlocked.Read(ref _rows) >= _capacityRows)
        {
            var room = _room ?? Interlocked.CompareExchange(ref _room, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously), null) ?? _room!;
            if (Interlocked.Read(ref _rows) >= _capacityRows)
            {
                await room.Task.WaitAsync(cancellationToken);
            }
        }

        Interlocked.Increment(ref _rows);
        AddControl(new Note(note));
    }

    /// <summary>Adds what takes no room.</summary>
    public void AddMarker(DrainMarker marker) => AddControl(marker);

    /// <summary>Takes the oldest: a call, or what stands between calls (a <see cref="Note"/>, a <see cref="DrainMarker"/>).</summary>
    public bool TryTake(out QueuedItem item)
    {
        if (_taken.Next == CallMerge.None && _takenControls.Count == 0)
        {
            TakeAll();
        }

        if (_takenControls.Count > 0 && _takenControls.Peek().Sequence < _taken.Next)
        {
            item = new QueuedItem(default, _takenControls.Dequeue().Item);
            return true;
        }

        item = default;
        if (_taken.Next == CallMerge.None)
        {
            return false;
        }

        item = new QueuedItem(_taken.Take(), null);
        return true;
    }

    /// <summary>Says that the rows of all calls that were taken have been copied.</summary>
    public void Release()
    {
        var (rows, bytes) = _taken.Release();
        Interlocked.Add(ref _bytes, -bytes);
        Interlocked.Add(ref _rows, -rows);
    }

    /// <summary>Says that a note was taken.</summary>
    public void ReleaseNote() => Interlocked.Decrement(ref _rows);

    /// <summary>Lets go on whoever waits for room.</summary>
    public void SignalRoom() => Interlocked.Exchange(ref _room, null)?.TrySetResult();

    private void AddControl(object item)
    {
        lock (_controlGate)
        {
            _controls.Add((Interlocked.Increment(ref _sequence), item));
        }
    }

    private void Drop(int reserved, int rows, long bytes)
    {
        Interlocked.Add(ref _bytes, -bytes);
        Interlocked.Add(ref _rows, -reserved);
        Interlocked.Add(ref _dropped, rows);
    }

    private void TakeAll()
    {
        var locked = 0;
        _controlGate.Enter();
        try
        {
            for (; locked < _stripes.Length; locked++)
            {
                _stripes[locked].Gate.Enter();
            }

            foreach (var stripe in _stripes)
            {
                stripe.MoveTo(_taken);
            }

            _controls.ForEach(_takenControls.Enqueue);
            _controls.Clear();
        }
        finally
        {
            for (var i = 0; i < locked; i++)
            {
                _stripes[i].Gate.Exit();
            }

            _controlGate.Exit();
        }
    }
}

/// <summary>One thing from the queue: a call, or what stands between calls.</summary>
internal readonly record struct QueuedItem(CallPlace Call, object? Control);

/// <summary>What stands between predictions.</summary>
internal sealed record Note(object Value);

/// <summary>A place in the queue that somebody waits for.</summary>
internal sealed class DrainMarker
{
    private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task Reached => _reached.Task;

    public void Complete() => _reached.TrySetResult();

    public void Fail(Exception reason) => _reached.TrySetException(reason);
}
