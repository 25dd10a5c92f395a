using System.Data;
using Npgsql;
using Slipway.Core.Errors;
using Slipway.Storage.Events;
using Slipway.Storage.Sql;

namespace Slipway.PostgreSql;

/// <summary>PostgreSQL's writer. A connection that is lost fails the batch that was on it, and the next batch opens another.</summary>
internal sealed class PostgreSqlWriter : GroupWriter
{
    private readonly PostgreSqlOwnership _ownership;
    private readonly PostgreSqlAddress _address;
    private readonly TimeProvider _time;
    private NpgsqlConnection _connection;
    private PostgreSqlStatements _statements;
    private NpgsqlCommand _begin;
    private NpgsqlCommand _release;
    private NpgsqlCommand _undo;
    private NpgsqlCommand _commit;
    private bool _begun;
    private bool _committing;

    public PostgreSqlWriter(NpgsqlConnection connection, PostgreSqlOwnership ownership, PostgreSqlAddress address, EventSignal signal, TimeProvider time)
        : base(signal)
    {
        (_ownership, _address, _time) = (ownership, address, time);
        (_connection, _statements, _begin, _release, _undo, _commit) = Use(connection);
        Start();
    }

    protected override bool InTransaction => _begun && _connection.State == ConnectionState.Open;

    protected override async ValueTask BeginAsync()
    {
        _begun = false;
        if (_connection.State == ConnectionState.Open)
        {
            try
            {
                await _begin.ExecuteNonQueryAsync();
                _begun = true;
                return;
            }
            catch (NpgsqlException) when (_connection.State != ConnectionState.Open)
            {
                // The server was restarted while nobody wrote. No caller's work has run yet, so none of them needs to hear of it.
            }
        }

        await _connection.DisposeAsync();
        (_connection, _statements, _begin, _release, _undo, _commit) = Use(await _ownership.TakeAgainAsync());
        await _begin.ExecuteNonQueryAsync();
        _begun = true;
    }

    protected override async ValueTask CommitAsync()
    {
        _committing = true;
        await _commit.ExecuteNonQueryAsync();
        _begun = _committing = false;
    }

    protected override async ValueTask RollbackAsync()
    {
        _begun = false;
        await using var rollback = new NpgsqlCommand("rollback", _connection);
        await rollback.ExecuteNonQueryAsync();
    }

    // The savepoint is there: each step before has set it on its way, which spares a round trip a caller.
    protected override ValueTask<SqlWriteTransaction> SaveAsync() => ValueTask.FromResult(new SqlWriteTransaction(_connection, transaction: null, _statements, _time));

    // A caller that has swallowed an error of a statement is noticed here: PostgreSQL then only takes a rollback.
    protected override async ValueTask ReleaseAsync() => await _release.ExecuteNonQueryAsync();

    protected override async ValueTask UndoAsync() => await _undo.ExecuteNonQueryAsync();

    protected override ValueTask CloseAsync() => _connection.DisposeAsync();

    protected override SlipwayException? TryTranslate(Exception error)
    {
        var uncertain = _committing && _connection.State != ConnectionState.Open;
        _committing = false;
        if (uncertain)
        {
            return new SlipwayException(
                ErrorKind.Unavailable,
                $"The connection to the database {_address} was lost while this change was being committed, so it may have been kept or not. Look before you try again.",
                error);
        }

        // Whatever a driver says about a connection that has broken under it.
        return PostgreSqlErrors.TryTranslate(error, _address)
            ?? (error is NpgsqlException or InvalidOperationException && _connection.State != ConnectionState.Open ? PostgreSqlErrors.Lost(_address, error) : null);
    }

    private static (NpgsqlConnection Connection, PostgreSqlStatements Statements, NpgsqlCommand Begin, NpgsqlCommand Release, NpgsqlCommand Undo, NpgsqlCommand Commit) Use(
        NpgsqlConnection connection) =>
    (
        connection,
        new PostgreSqlStatements(connection),
        new NpgsqlCommand("begin; savepoint caller", connection),
        new NpgsqlCommand("release savepoint caller; savepoint caller", connection),
        new NpgsqlCommand("rollback to savepoint caller", connection),
        new NpgsqlCommand("commit", connection)
    );
}
