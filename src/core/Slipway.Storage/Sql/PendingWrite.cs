namespace Slipway.Storage.Sql;

/// <summary>What one caller asked the writer to do, and the promise of its answer.</summary>
internal abstract class PendingWrite(CancellationToken cancellationToken)
{
    public bool IsCancelled => cancellationToken.IsCancellationRequested;

    /// <summary>Does the caller's work and keeps its result until the commit.</summary>
    public abstract Task RunAsync(WriteTransaction transaction);

    public abstract void Succeed();

    public abstract void Fail(Exception error);

    public abstract void Cancel();
}

/// <inheritdoc/>
internal sealed class PendingWrite<T>(Func<WriteTransaction, Task<T>> work, CancellationToken cancellationToken) : PendingWrite(cancellationToken)
{
    private readonly CancellationToken _cancellationToken = cancellationToken;

    // Asynchronously, or the callers would go on inside the writer's loop and hold everybody up.
    private readonly TaskCompletionSource<T> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private T? _result;

    public Task<T> Answer => _answer.Task;

    public override async Task RunAsync(WriteTransaction transaction) => _result = await work(transaction);

    public override void Succeed() => _answer.SetResult(_result!);

    public override void Fail(Exception error)
    {
        if (error is OperationCanceledException cancelled)
        {
            _answer.SetCanceled(cancelled.CancellationToken);
        }
        else
        {
            _answer.SetException(error);
        }
    }

    public override void Cancel() => _answer.SetCanceled(_cancellationToken);
}
