using System.Data.Common;
using Dapper;
using Npgsql;
using Slipway.Core.Errors;
using Slipway.Storage;
using Slipway.Storage.Events;

namespace Slipway.PostgreSql;

/// <summary>PostgreSQL: pooled readers, who cannot write, beside one writer that commits for everybody.</summary>
internal sealed class PostgreSqlDatabase(PostgreSqlAddress address, DatabaseMark mark, IEnumerable<SchemaPart> parts, EventSignal signal, TimeProvider time)
    : Database, IOpenable
{
    private NpgsqlDataSource? _readers;
    private PostgreSqlWriter? _writer;
    private volatile bool _closed;

    public async Task OpenAsync(CancellationToken cancellationToken)
    {
        mark.DemandNoSqlite();
        NpgsqlConnection? connection = null;
        try
        {
            var ownership = new PostgreSqlOwnership(address);
            connection = await ownership.TakeAsync(cancellationToken);
            await PostgreSqlSchema.UpgradeAsync(connection, [.. parts], address);
            mark.Claim(await ownership.SignAsync(connection), $"{address}");
            signal.Committed(await connection.ExecuteScalarAsync<long>("select coalesce(max(position), 0) from events"));
            _readers = NpgsqlDataSource.Create(address.ReaderString());
            _writer = new PostgreSqlWriter(connection, ownership, address, signal, time);
        }
        catch (Exception e)
        {
            if (connection is not null)
            {
                await connection.DisposeAsync();
            }

            if (PostgreSqlErrors.TryTranslate(e, address) is { } translated)
            {
                throw translated;
            }

            throw;
        }
    }

    public override async Task<T> ReadAsync<T>(Func<DbConnection, Task<T>> read, CancellationToken cancellationToken)
    {
        var readers = _readers ?? throw NotOpen();
        if (_closed)
        {
            throw new SlipwayException(ErrorKind.Unavailable, "Slipway is stopping and answers no more questions. Try again when it is up.");
        }

        try
        {
            await using var connection = await readers.OpenConnectionAsync(cancellationToken);
            return await read(connection);
        }
        catch (Exception e) when (PostgreSqlErrors.TryTranslate(e, address) is { } translated)
        {
            throw translated;
        }
    }

    public override Task<T> WriteAsync<T>(Func<WriteTransaction, Task<T>> write, CancellationToken cancellationToken) =>
        (_writer ?? throw NotOpen()).WriteAsync(write, cancellationToken);

    public override async ValueTask DisposeAsync()
    {
        _closed = true;
        if (_writer is not null)
        {
            await _writer.DisposeAsync();
        }

        if (_readers is not null)
        {
            await _readers.DisposeAsync();
        }
    }

    private static InvalidOperationException NotOpen() => new("Storage is not open yet: call OpenStorageAsync first.");
}
