using Microsoft.Data.Sqlite;
using Slipway.Core.Errors;
using Slipway.Storage.Events;
using Slipway.Storage.Sql;
using SQLitePCL;

namespace Slipway.Storage.Sqlite;

/// <summary>SQLite's writer. Its steps run on the loop's thread and are done when they return.</summary>
internal sealed class SqliteWriter : GroupWriter
{
    private readonly string _path;
    private readonly TimeProvider _time;
    private readonly SqliteConnection _connection;
    private readonly SqliteCommand _begin;
    private readonly SqliteCommand _commit;
    private readonly SqliteCommand _rollback;
    private readonly SqliteCommand _savepoint;
    private readonly SqliteCommand _release;
    private readonly SqliteCommand _undo;
    private readonly KeptCommands _commands;
    private readonly SqliteStatements _statements;

    public SqliteWriter(SqliteConnection connection, string path, EventSignal signal, TimeProvider time)
        : base(signal)
    {
        _connection = connection;
        _commands = new KeptCommands(connection);
        _statements = new SqliteStatements(connection);
        _path = path;
        _time = time;
        _begin = Prepare("begin immediate");
        _commit = Prepare("commit");
        _rollback = Prepare("rollback");
        _savepoint = Prepare("savepoint caller");
        _release = Prepare("release caller");
        _undo = Prepare("rollback to caller");
        Start();
    }

    // Asked of SQLite, since some errors (a full disk, a failed read) end a transaction by themselves.
    protected override bool InTransaction => raw.sqlite3_get_autocommit(_connection.Handle) == 0;

    protected override ValueTask BeginAsync() => Run(_begin);

    protected override ValueTask CommitAsync() => Run(_commit);

    protected override ValueTask RollbackAsync() => Run(_rollback);

    protected override ValueTask<SqlWriteTransaction> SaveAsync()
    {
        _savepoint.ExecuteNonQuery();
        return ValueTask.FromResult<SqlWriteTransaction>(new SqliteWriteTransaction(_connection, _commands, _statements, _time));
    }

    protected override ValueTask ReleaseAsync() => Run(_release);

    protected override ValueTask UndoAsync()
    {
        _undo.ExecuteNonQuery();
        return Run(_release);
    }

    protected override ValueTask CloseAsync()
    {
        _statements.Dispose();
        return _connection.DisposeAsync();
    }

    protected override SlipwayException? TryTranslate(Exception error) => SqliteErrors.TryTranslate(error, _path);

    private static ValueTask Run(SqliteCommand command)
    {
        command.ExecuteNonQuery();
        return ValueTask.CompletedTask;
    }

    private SqliteCommand Prepare(string sql)
    {
        var command = _connection.CreateCommand();
        command.CommandText = sql;
        command.Prepare();
        return command;
    }
}
