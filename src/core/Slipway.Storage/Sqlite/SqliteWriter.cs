using System.Threading.Channels;
using Microsoft.Data.Sqlite;
using Slipway.Core.Errors;
using Slipway.Storage.Events;
using Slipway.Storage.Sql;
using SQLitePCL;

namespace Slipway.Storage.Sqlite;

/// <summary>
/// The one writer. A loop takes what callers have queued and runs it in one transaction, each behind a savepoint of its own, commits once for all of them, and then answers
/// them: 16 callers share the price of one fsync, and an answer means that the change is durable.
/// </summary>
internal sealed class SqliteWriter : IAsyncDisposable
{
    // A bound, since an unbounded queue turns overload into out-of-memory. Callers wait for a place in it.
    private const int QueueLength = 1024;

    // So that the first of a batch does not wait for ever behind a steady stream of others.
    private const int LargestBatch = 256;

    // Set in the loop, so that it is seen by the work that the loop runs and by nothing else.
    private static readonly AsyncLocal<bool> InsideWrite = new();

    private readonly Channel<PendingWrite> _queue = Channel.CreateBounded<PendingWrite>(
        new BoundedChannelOptions(QueueLength) { FullMode = BoundedChannelFullMode.Wait, SingleReader = true });

    private readonly string _path;
    private readonly EventSignal _signal;
    private readonly TimeProvider _time;
    private readonly Task _loop;

    // Used by the loop alone.
    private readonly SqliteConnection _connection;
    private readonly SqliteCommand _begin;
    private readonly SqliteCommand _commit;
    private readonly SqliteCommand _rollback;
    private readonly SqliteCommand _savepoint;
    private readonly SqliteCommand _release;
    private readonly SqliteCommand _undo;
    private readonly KeptCommands _commands;
    private readonly SqliteStatements _statements;
    private readonly List<PendingWrite> _batch = new(LargestBatch);

    public SqliteWriter(SqliteConnection connection, string path, EventSignal signal, TimeProvider time)
    {
        _connection = connection;
        _commands = new KeptCommands(connection);
        _statements = new SqliteStatements(connection);
        _path = path;
        _signal = signal;
        _time = time;
        _begin = Prepare("begin immediate");
        _commit = Prepare("commit");
        _rollback = Prepare("rollback");
        _savepoint = Prepare("savepoint caller");
        _release = Prepare("release caller");
        _undo = Prepare("rollback to caller");
        _loop = Task.Run(RunAsync);
    }

    // Asked of SQLite, since some errors (a full disk, a failed read) end a transaction by themselves.
    private bool InTransaction => raw.sqlite3_get_autocommit(_connection.Handle) == 0;

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

    public async ValueTask DisposeAsync()
    {
        // What was queued is still committed: its callers wait for an answer.
        _queue.Writer.TryComplete();
        await _loop;
        _statements.Dispose();
        await _connection.DisposeAsync();
    }

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
                    _begin.ExecuteNonQuery();
                }

                position = Math.Max(position, await RunAsync(write));
            }

            if (InTransaction)
            {
                _commit.ExecuteNonQuery();
                _signal.Committed(position);
            }
        }
        catch (Exception e)
        {
            FailBatch(e);
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
        _savepoint.ExecuteNonQuery();
        var transaction = new SqliteWriteTransaction(_connection, _commands, _statements, _time);
        try
        {
            await write.RunAsync(transaction);
            _release.ExecuteNonQuery();
            return transaction.LastPosition;
        }
        catch (Exception e) when (InTransaction)
        {
            _undo.ExecuteNonQuery();
            _release.ExecuteNonQuery();
            _batch.Remove(write);
            write.Fail(SqliteErrors.TryTranslate(e, _path) ?? e);
            return 0;
        }
    }

    private void FailBatch(Exception cause)
    {
        // All of the batch is lost, whosever statement it was: SQLite has ended the transaction, or could not make it durable.
        if (InTransaction)
        {
            try
            {
                _rollback.ExecuteNonQuery();
            }
            catch (SqliteException)
            {
                // A rollback that fails has ended the transaction all the same (sqlite3_get_autocommit decides); the cause is what callers need to hear.
            }
        }

        var error = SqliteErrors.TryTranslate(cause, _path) ?? cause;
        foreach (var write in _batch)
        {
            write.Fail(error);
        }
    }

    private SqliteCommand Prepare(string sql)
    {
        var command = _connection.CreateCommand();
        command.CommandText = sql;
        command.Prepare();
        return command;
    }
}
