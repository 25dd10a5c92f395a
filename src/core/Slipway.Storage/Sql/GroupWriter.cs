using System.Threading.Channels;
using Slipway.Core.Errors;
using Slipway.Storage.Events;

namespace Slipway.Storage.Sql;

/// <summary>
/// The one writer of a database. A loop takes what callers have queued and runs it in one transaction, each behind a savepoint of its own, commits once for all of them, and then answers
/// them: 16 callers share the price of one fsync, and an answer means that the change is durable. A database says how its connection does each step; the steps are called by the loop alone.
/// </summary>
/// <param name="signal">Hears of each commit.</param>
public abstract class GroupWriter(EventSignal signal) : IAsyncDisposable
{
    // A bound, since an unbounded queue turns overload into out-of-memory. Callers wait for a place in it.
    private const int QueueLength = 1024;

    // So that the first of a batch does not wait for ever behind a steady stream of others.
    private const int LargestBatch = 256;

    // Set in the loop, so that it is seen by the work that the loop runs and by nothing else.
    private static readonly AsyncLocal<bool> InsideWrite = new();

    private readonly Channel<PendingWrite> _queue = Channel.CreateBounded<PendingWrite>(
        new BoundedChannelOptions(QueueLength) { FullMode = BoundedChannelFullMode.Wait, SingleReader = true });

    private readonly List<PendingWrite> _batch = new(LargestBatch);
    private Task _loop = Task.CompletedTask;

    /// <summary>True while a transaction is open, by whatever the connection itself knows: some errors end one.</summary>
    protected abstract bool InTransaction { get; }

    /// <summary>Runs <paramref name="work"/> with others' in one transaction, and answers after its commit.</summary>
    public async Task<T> WriteAsync<T>(Func<WriteTransaction, Task<T>> work, CancellationToken cancellationToken)
    {
        if (InsideWrite.Value)
        {
            throw new InvalidOperationException("WriteAsync was called inside a write, which would wait for itself for ever. Use the transaction that the write was given.");
        }

        var write = new PendingWrite<T>(work, cancellationToken);
        try
        {
            await _queue.Writer.WriteAsync(write, cancellationToken);
        }
        catch (ChannelClosedException e)
        {
            throw new SlipwayException(ErrorKind.Unavailable, "Slipway is stopping and takes no more changes. Try again when it is up.", e);
        }

        return await write.Answer;
    }

    /// <summary>Commits what is queued, whose callers wait for an answer, and closes the connection.</summary>
    public async ValueTask DisposeAsync()
    {
        _queue.Writer.TryComplete();
        await _loop;
        await CloseAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>Starts the loop; a database's writer calls it once it is ready.</summary>
    protected void Start() => _loop = Task.Run(RunAsync);

    /// <summary>Begins a transaction.</summary>
    protected abstract ValueTask BeginAsync();

    /// <summary>Makes all of the transaction durable.</summary>
    protected abstract ValueTask CommitAsync();

    /// <summary>Undoes all of the transaction.</summary>
    protected abstract ValueTask RollbackAsync();

    /// <summary>Sets the savepoint of the next caller, and gives what it writes with.</summary>
    protected abstract ValueTask<SqlWriteTransaction> SaveAsync();

    /// <summary>Keeps what was done since the savepoint. Throws when the transaction is not as it should be.</summary>
    protected abstract ValueTask ReleaseAsync();

    /// <summary>Undoes what was done since the savepoint.</summary>
    protected abstract ValueTask UndoAsync();

    /// <summary>Closes the connection, after the last commit.</summary>
    protected abstract ValueTask CloseAsync();

    /// <summary>What the database says about itself, as a sentence; null for what it says about a statement, which is the caller's.</summary>
    protected abstract SlipwayException? TryTranslate(Exception error);

    private async Task RunAsync()
    {
        InsideWrite.Value = true;
        while (await _queue.Reader.WaitToReadAsync())
        {
            await CommitBatchAsync();
        }
    }

    private async Task CommitBatchAsync()
    {
        _batch.Clear();
        try
        {
            var position = 0L;
            for (var taken = 0; taken < LargestBatch && await TryTakeAsync() is { } write; taken++)
            {
                if (write.IsCancelled)
                {
                    write.Cancel();
                    continue;
                }

                // Part of the batch before it runs: whatever goes wrong from here on, somebody answers it.
                _batch.Add(write);
                if (!InTransaction)
                {
                    await BeginAsync();
                }

                position = Math.Max(position, await RunAsync(write));
            }

            if (InTransaction)
            {
                await CommitAsync();
                signal.Committed(position);
            }
        }
        catch (Exception e)
        {
            await FailBatchAsync(e);
            return;
        }

        foreach (var write in _batch)
        {
            write.Succeed();
        }
    }

    private async ValueTask<PendingWrite?> TryTakeAsync()
    {
        if (_queue.Reader.TryRead(out var write))
        {
            return write;
        }

        // Those whom the last commit answered are about to write again. Stepping behind them once costs a microsecond and spares an fsync, which costs a thousand.
        await Task.Yield();
        return _queue.Reader.TryRead(out write) ? write : null;
    }

    /// <summary>Runs one caller's work and returns the position of its last event. When the work fails it is undone, answered and taken out of the batch.</summary>
    private async Task<long> RunAsync(PendingWrite write)
    {
        var transaction = await SaveAsync();
        try
        {
            await write.RunAsync(transaction);
            await ReleaseAsync();
            return transaction.LastPosition;
        }
        catch (Exception e) when (InTransaction)
        {
            await UndoAsync();
            _batch.Remove(write);
            write.Fail(TryTranslate(e) ?? e);
            return 0;
        }
    }

    private async Task FailBatchAsync(Exception cause)
    {
        // Before the rollback, which changes what the connection can tell about the cause.
        var error = TryTranslate(cause) ?? cause;

        // All of the batch is lost, whosever statement it was: the database has ended the transaction, or could not make it durable.
        if (InTransaction)
        {
            try
            {
                await RollbackAsync();
            }
            catch (System.Data.Common.DbException)
            {
                // A rollback that fails has ended the transaction all the same; the cause is what callers need to hear.
            }
        }

        foreach (var write in _batch)
        {
            write.Fail(error);
        }
    }
}
