using System.Data.Common;
using Dapper;
using FluentMigrator.Runner;
using Microsoft.Data.Sqlite;
using Slipway.Storage.Events;
using Slipway.Storage.Files;
using Slipway.Storage.Migrations;

namespace Slipway.Storage.Sqlite;

/// <summary>SQLite in WAL mode: many readers on their own connections beside one writer that commits for everybody.</summary>
internal sealed class SqliteDatabase(DataFolder folder, FolderLock folderLock, DatabaseMark mark, IEnumerable<SchemaPart> parts, EventSignal signal, TimeProvider time)
    : Database, IOpenable
{
    private readonly string _path = folder.Of("slipway.db");
    private SqliteReaders? _readers;
    private SqliteWriter? _writer;

    /// <summary>Creates or opens the file and brings its schema up to date. Only the holder of the folder's lock may.</summary>
    public async Task OpenAsync(CancellationToken cancellationToken)
    {
        folderLock.Demand();
        mark.DemandNone();
        SqliteConnection? connection = null;
        try
        {
            // SQLite gives its -wal and -shm files the mode of the database's file, so that one must be private before SQLite sees it.
            if (!File.Exists(_path))
            {
                await using var created = PrivateFiles.CreateFile(_path);
            }

            connection = await SqliteConnections.OpenWriterAsync(_path, cancellationToken);
            if (SchemaVersions.IsBehind(await ReadVersionsAsync(connection), [.. parts], folder.Path, "another folder with --data"))
            {
                Upgrade();
            }

            signal.Committed(await connection.ExecuteScalarAsync<long>("select coalesce(max(position), 0) from events"));
        }
        catch (Exception e)
        {
            if (connection is not null)
            {
                await connection.DisposeAsync();
            }

            if (SqliteErrors.TryTranslate(e, _path) is { } translated)
            {
                throw translated;
            }

            throw;
        }

        _readers = new SqliteReaders(_path);
        _writer = new SqliteWriter(connection, _path, signal, time);
    }

    public override async Task<T> ReadAsync<T>(Func<DbConnection, Task<T>> read, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var readers = _readers ?? throw NotOpen();
        var connection = readers.Take();
        try
        {
            return await read(connection);
        }
        catch (SqliteException e) when (SqliteErrors.TryTranslate(e, _path) is { } translated)
        {
            throw translated;
        }
        finally
        {
            readers.GiveBack(connection);
        }
    }

    public override Task<T> WriteAsync<T>(Func<WriteTransaction, Task<T>> write, CancellationToken cancellationToken) =>
        (_writer ?? throw NotOpen()).WriteAsync(write, cancellationToken);

    public override async Task<long?> GetUnusedBytesAsync(CancellationToken cancellationToken) => await ReadAsync(
        async connection => await connection.ExecuteScalarAsync<long>("pragma freelist_count") * await connection.ExecuteScalarAsync<long>("pragma page_size"), cancellationToken);

    public override async ValueTask DisposeAsync()
    {
        // The readers go first: the last connection to close is the writer's, which folds the log into the database's file.
        _readers?.Dispose();
        if (_writer is not null)
        {
            await _writer.DisposeAsync();
        }
    }

    private static async Task<IReadOnlyCollection<long>> ReadVersionsAsync(SqliteConnection connection)
    {
        try
        {
            return [.. await connection.QueryAsync<long>(SchemaVersions.Sql)];
        }
        catch (SqliteException e) when (e.Message.Contains("no such table", StringComparison.Ordinal))
        {
            return [];
        }
    }

    // Apart from OpenAsync, so that a start that has nothing to upgrade does not load FluentMigrator.
    private void Upgrade() => SchemaMigrator.Upgrade(
        parts, runner => runner.AddSQLite().WithGlobalConnectionString(SqliteConnections.WriterString(_path)));

    private static InvalidOperationException NotOpen() => new("Storage is not open yet: call OpenStorageAsync first.");
}
