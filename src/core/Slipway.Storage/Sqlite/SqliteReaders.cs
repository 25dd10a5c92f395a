using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;
using Slipway.Core.Errors;
using SQLitePCL;

namespace Slipway.Storage.Sqlite;

/// <summary>
/// Read-only connections that are kept for the next reader. SQLite answers on the caller's thread, so there are never more in use than threads, and waiting for a free one
/// (which could deadlock a read inside a read) is not needed; those above what is usual are closed when they come back.
/// </summary>
internal sealed class SqliteReaders(string path) : IDisposable
{
    private const int Kept = 16;

    private readonly ConcurrentQueue<SqliteConnection> _idle = new();
    private volatile bool _closed;

    public SqliteConnection Take() => _closed
        ? throw new SlipwayException(ErrorKind.Unavailable, "Slipway is stopping and answers no more questions. Try again when it is up.")
        : _idle.TryDequeue(out var connection) ? connection : SqliteConnections.OpenReader(path);

    public void GiveBack(SqliteConnection connection)
    {
        // A reader that left a transaction open would show the next one an old state for ever.
        var clean = raw.sqlite3_get_autocommit(connection.Handle) != 0;
        if (!clean || _closed || _idle.Count >= Kept)
        {
            connection.Dispose();
            return;
        }

        _idle.Enqueue(connection);
        if (_closed)
        {
            Dispose();
        }
    }

    public void Dispose()
    {
        _closed = true;
        while (_idle.TryDequeue(out var connection))
        {
            connection.Dispose();
        }
    }
}
