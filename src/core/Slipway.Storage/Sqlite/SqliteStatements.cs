using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Slipway.Storage.Sqlite;

/// <summary>
/// Kept statements that change rows, run without ADO.NET's command in between: it looks every parameter up by its name each time, which for a small row costs more than the row. SQLite
/// numbers parameters in the order in which the text first names them, as <see cref="Statement"/> does.
/// </summary>
internal sealed class SqliteStatements(SqliteConnection connection) : IDisposable
{
    private readonly Dictionary<Statement, sqlite3_stmt> _prepared = [];

    /// <summary>Runs a statement and returns the number of rows it changed.</summary>
    public int Execute(Statement statement, object?[] values)
    {
        if (values.Length != statement.Parameters.Count)
        {
            throw new ArgumentException($"The statement has {statement.Parameters.Count} parameters, but {values.Length} values were given.", nameof(values));
        }

        var prepared = Get(statement);
        try
        {
            for (var i = 0; i < values.Length; i++)
            {
                Check(Bind(prepared, i + 1, values[i]));
            }

            var step = raw.sqlite3_step(prepared);
            Check(step == raw.SQLITE_DONE ? raw.SQLITE_OK : step);
            return raw.sqlite3_changes(connection.Handle);
        }
        finally
        {
            raw.sqlite3_reset(prepared);
        }
    }

    public void Dispose()
    {
        foreach (var prepared in _prepared.Values)
        {
            prepared.Dispose();
        }
    }

    private static int Bind(sqlite3_stmt prepared, int index, object? value) => value switch
    {
        null => raw.sqlite3_bind_null(prepared, index),
        long number => raw.sqlite3_bind_int64(prepared, index, number),
        double number => raw.sqlite3_bind_double(prepared, index, number),
        string text => raw.sqlite3_bind_text(prepared, index, text),
        byte[] bytes => raw.sqlite3_bind_blob(prepared, index, bytes),
        _ => throw new ArgumentException($"A kept statement takes long, double, string, byte[] and null, but not {value.GetType().Name}.", nameof(value)),
    };

    private sqlite3_stmt Get(Statement statement)
    {
        if (!_prepared.TryGetValue(statement, out var prepared))
        {
            Check(raw.sqlite3_prepare_v3(connection.Handle, statement.Sql, raw.SQLITE_PREPARE_PERSISTENT, out prepared));
            _prepared.Add(statement, prepared);
        }

        return prepared;
    }

    private void Check(int code) => SqliteException.ThrowExceptionForRC(code, connection.Handle);
}
