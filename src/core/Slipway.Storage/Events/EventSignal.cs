namespace Slipway.Storage.Events;

/// <summary>Wakes those who wait for events. A database's writer reports each commit; nobody polls.</summary>
public sealed class EventSignal
{
    private readonly Lock _lock = new();
    private TaskCompletionSource _next = NewSource();
    private long _last;

    /// <summary>Reports that every event up to <paramref name="position"/> is committed.</summary>
    public void Committed(long position)
    {
        TaskCompletionSource reached;
        lock (_lock)
        {
            if (position <= _last)
            {
                return;
            }

            _last = position;
            reached = _next;
            _next = NewSource();
        }

        reached.SetResult();
    }

    /// <summary>Completes when an event after <paramref name="position"/> is committed.</summary>
    public async Task WaitAsync(long position, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task next;
            lock (_lock)
            {
                if (_last > position)
                {
                    return;
                }

                next = _next.Task;
            }

            await next.WaitAsync(cancellationToken);
        }
    }

    private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
