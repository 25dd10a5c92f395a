using Microsoft.Data.Sqlite;
using Slipway.Core.Errors;
using Slipway.Storage.Files;
using SQLitePCL;

namespace Slipway.Storage.Sqlite;

/// <summary>Turns what SQLite says about its file into one clear sentence. What it says about a statement is the caller's and stays as it is.</summary>
internal static class SqliteErrors
{
    public static SlipwayException? TryTranslate(Exception error, string path) => error switch
    {
        SqliteException sqlite => sqlite.SqliteErrorCode switch
        {
            raw.SQLITE_FULL => DiskErrors.Full(path, sqlite),

            // A full disk when the shared-memory file is to grow.
            raw.SQLITE_IOERR when DiskErrors.HasNoRoom(path) => DiskErrors.Full(path, sqlite),
            raw.SQLITE_IOERR or raw.SQLITE_CANTOPEN or raw.SQLITE_READONLY or raw.SQLITE_PERM => DiskErrors.Translate(sqlite, path),
            raw.SQLITE_BUSY or raw.SQLITE_LOCKED => new SlipwayException(
                ErrorKind.Unavailable, $"Another program holds {path} open for writing. Close that program and try again.", sqlite),
            raw.SQLITE_CORRUPT or raw.SQLITE_NOTADB => new SlipwayException(
                ErrorKind.Failed, $"{path} is damaged or not a database of Slipway. Restore the data folder from a backup, or name another one with --data.", sqlite),
            _ => null,
        },
        IOException or UnauthorizedAccessException => DiskErrors.Translate(error, path),

        // The migration runner wraps what its connection says.
        { InnerException: { } inner } => TryTranslate(inner, path),
        _ => null,
    };
}
