using System.Threading.Tasks.Sources;
using Slipway.Inference;

namespace Slipway.Serving.Engine;

/// <summary>
/// A call's place in the queue, and the task that its owner awaits meanwhile. There is one a call, used again and again. Everything but the task belongs to the runner and is read and written
/// with its gate held, until a batch has taken the call; then to the batch.
/// </summary>
internal sealed class QueuedCall(InferenceCall call) : IValueTaskSource, IThreadPoolWorkItem
{
    private ManualResetValueTaskSourceCore<bool> _source;
    private CancellationTokenRegistration _left;
    private CancellationToken _token;
    private ModelRunner? _runner;
    private Exception? _error;

    public InferenceCall Call { get; } = call;

    /// <summary>Held by the call's owner until the task ends.</summary>
    public ModelLease Lease { get; private set; }

    public int Rows { get; private set; }

    /// <summary>Whose turn is first: the smaller number.</summary>
    public int Rank { get; private set; }

    /// <summary>When the call came (timestamp).</summary>
    public long Since { get; private set; }

    /// <summary>When it has waited for too long (timestamp).</summary>
    public long Deadline { get; private set; }

    /// <summary>True while it waits and may still leave.</summary>
    public bool IsWaiting { get; set; }

    public QueuedCall? Previous { get; set; }

    public QueuedCall? Next { get; set; }

    /// <summary>What the owner awaits, once.</summary>
    public ValueTask Task => new(this, _source.Version);

    /// <summary>True when nobody wants the answer any more.</summary>
    public bool IsAbandoned => _token.IsCancellationRequested;

    public void Begin(ModelRunner runner, ModelLease lease, int rows, long now, long deadline)
    {
        _runner = runner;
        Lease = lease;
        Rows = rows;
        Since = now;
        Deadline = deadline;

        // 1 goes before a call that says nothing, and that before 2.
        Rank = Call.Priority switch { <= 0 => 1, 1 => 0, var priority => priority };
    }

    /// <summary>Leaves the queue when the token says so. Called by the owner before it awaits.</summary>
    public void Watch(CancellationToken cancellationToken)
    {
        _token = cancellationToken;
        _left = cancellationToken.UnsafeRegister(static self => ((QueuedCall)self!).Leave(), this);
    }

    /// <summary>
    /// Ends the task; nothing of the call may be touched after it. The owner goes on as a work item of its own: it has an answer to write, and others wait for the thread that ran the batch.
    /// </summary>
    public void Finish(Exception? error)
    {
        _error = error;
        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: true);
    }

    public void FinishAbandoned() => Finish(new OperationCanceledException(_token));

    void IThreadPoolWorkItem.Execute()
    {
        if (_error is { } error)
        {
            _source.SetException(error);
        }
        else
        {
            _source.SetResult(true);
        }
    }

    void IValueTaskSource.GetResult(short token)
    {
        // Waits for a cancellation that is just being told: it must not reach the next use of this.
        _left.Dispose();
        try
        {
            _source.GetResult(token);
        }
        finally
        {
            _source.Reset();
            _left = default;
            _token = default;
            _runner = null;
            _error = null;
            Lease = default;
        }
    }

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _source.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _source.OnCompleted(continuation, state, token, flags);

    private void Leave()
    {
        if (_runner!.Remove(this))
        {
            FinishAbandoned();
        }
    }
}
