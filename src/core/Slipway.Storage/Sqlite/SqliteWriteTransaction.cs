using Microsoft.Data.Sqlite;
using Slipway.Storage.Sql;

namespace Slipway.Storage.Sqlite;

/// <summary>A write on SQLite's one writer.</summary>
internal sealed class SqliteWriteTransaction(SqliteConnection connection, KeptCommands commands, SqliteStatements statements, TimeProvider time)
    : SqlWriteTransaction(connection, transaction: null, commands, time)
{
    public override Task<int> ExecuteAsync(Statement statement, params object?[] values) => Task.FromResult(statements.Execute(statement, values));
}
