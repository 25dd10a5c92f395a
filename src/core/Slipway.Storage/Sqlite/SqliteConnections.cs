using Dapper;
using Microsoft.Data.Sqlite;

namespace Slipway.Storage.Sqlite;

/// <summary>How connections are opened. The provider's own pool is off: it would keep the file open after the database is closed.</summary>
internal static class SqliteConnections
{
    // mmap_size: pages of the file are looked at where the system caches them. A reader's own cache is small, and is emptied whenever something was written: a search that looks a hundred
    // thousand things up spent three quarters of its time copying pages.
    private const string ReaderSettings = """
        pragma busy_timeout = 5000;
        pragma temp_store = memory;
        pragma mmap_size = 1073741824;
        """;

    public static string WriterString(string path) => new SqliteConnectionStringBuilder
    {
        DataSource = path,
        Mode = SqliteOpenMode.ReadWrite,
        ForeignKeys = true,
        Pooling = false,
    }.ToString();

    public static async Task<SqliteConnection> OpenWriterAsync(string path, CancellationToken cancellationToken)
    {
        // FULL: the log is fsynced at each commit, so that what was acknowledged survives a power loss.
        // temp_store: large sorts stay in memory instead of a file in the shared /tmp.
        // journal_size_limit: a log that one long read made large is cut back after it.
        const string Settings = """
            pragma busy_timeout = 5000;
            pragma journal_mode = wal;
            pragma synchronous = full;
            pragma temp_store = memory;
            pragma journal_size_limit = 67108864;
            """;

        var connection = new SqliteConnection(WriterString(path));
        try
        {
            await connection.OpenAsync(cancellationToken);
            await connection.ExecuteAsync(Settings);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    public static SqliteConnection OpenReader(string path)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Mode = SqliteOpenMode.ReadOnly, Pooling = false }.ToString());
        try
        {
            connection.Open();
            connection.Execute(ReaderSettings);
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }
}
