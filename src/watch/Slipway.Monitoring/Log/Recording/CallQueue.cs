using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace Slipway.Monitoring.Log.Recording;

/// <summary>
/// What waits to be written: calls, and notes between them. Bounded by rows and by bytes, because without a bound a slow disk would turn into a server out of memory. Adding wakes nobody: a
/// thread that is woken for each request costs more than the copy. Taken from by one thread.
/// </summary>
internal sealed class CallQueue(int capacityRows, long capacityBytes)
{
    private const int MaxPooled = 4096;

    private readonly ConcurrentQueue<object> _items = new();
    private readonly ConcurrentQueue<PendingCall> _pool = new();
    private long _rows;
    private long _bytes;
    private long _dropped;
    private TaskCompletionSource? _room;

    /// <summary>Rows that found no room.</summary>
    public long Dropped => Interlocked.Read(ref _dropped);

    /// <summary>Copies the call into the queue; when it is full the call is dropped and counted.</summary>
    public void Add(in RecordedCall call)
    {
        var rows = call.Failed ? 1 : call.Rows;
        var bytes = PendingCall.Measure(call);
        if (Interlocked.Add(ref _rows, rows) > capacityRows)
        {
            Interlocked.Add(ref _rows, -rows);
            Interlocked.Add(ref _dropped, rows);
            return;
        }

        if (Interlocked.Add(ref _bytes, bytes) > capacityBytes)
        {
            Interlocked.Add(ref _bytes, -bytes);
            Interlocked.Add(ref _rows, -rows);
            Interlocked.Add(ref _dropped, rows);
            return;
        }

        if (!_pool.TryDequeue(out var pending))
        {
            pending = new PendingCall();
        }

        pending.Set(call, bytes);
        _items.Enqueue(pending);
    }

    /// <summary>Adds a note. Waits while there is no room.</summary>
    public async ValueTask AddAsync(object note, CancellationToken cancellationToken)
    {
        while (Interlocked.Read(ref _rows) >= capacityRows)
        {
            var room = _room ?? Interlocked.CompareExchange(ref _room, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously), null) ?? _room!;
            if (Interlocked.Read(ref _rows) >= capacityRows)
            {
                await room.Task.WaitAsync(cancellationToken);
            }
        }

        Interlocked.Increment(ref _rows);
        _items.Enqueue(new Note(note));
    }

    /// <summary>Adds what takes no room.</summary>
    public void AddMarker(DrainMarker marker) => _items.Enqueue(marker);

    /// <summary>Takes the oldest: a <see cref="PendingCall"/>, a <see cref="Note"/> or a <see cref="DrainMarker"/>.</summary>
    public bool TryTake([NotNullWhen(true)] out object? item) => _items.TryDequeue(out item);

    /// <summary>Gives back a call whose rows were copied.</summary>
    public void Release(PendingCall call)
    {
        Interlocked.Add(ref _bytes, -call.Bytes);
        Interlocked.Add(ref _rows, -call.Rows);
        call.Clear();
        if (_pool.Count < MaxPooled)
        {
            _pool.Enqueue(call);
        }
    }

    /// <summary>Says that a note was taken.</summary>
    public void ReleaseNote() => Interlocked.Decrement(ref _rows);

    /// <summary>Lets go on whoever waits for room.</summary>
    public void SignalRoom() => Interlocked.Exchange(ref _room, null)?.TrySetResult();
}

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
