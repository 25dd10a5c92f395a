namespace Slipway.Serving.Engine;

/// <summary>A request that waits in a <see cref="ProcessorQueue"/>, and the task that its owner awaits meanwhile.</summary>
internal sealed class ProcessorTurn(ProcessorQueue queue, InferenceCall call, ModelRunner runner, long since, CancellationToken cancellationToken)
    : TaskCompletionSource, IThreadPoolWorkItem
{
    private Exception? _error;

    /// <summary>True when it is not to be worked on any more: the caller has gone, or its time is over.</summary>
    public bool TryEnd(long now)
    {
        _error = cancellationToken.IsCancellationRequested ? new OperationCanceledException(cancellationToken) : runner.Overdue(call, since, now);
        return _error is not null;
    }

    /// <summary>Has the owner go on, behind the heads of requests that have come: who is to be refused must not wait for those who are worked on.</summary>
    public void Schedule() => ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);

    void IThreadPoolWorkItem.Execute()
    {
        call.Waited(since);
        if (_error is not null)
        {
            SetException(_error);
            return;
        }

        call.BeginTurn(queue);
        SetResult();
    }
}
