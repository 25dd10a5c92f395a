using Dapper;
using Npgsql;
using Slipway.Core.Errors;

namespace Slipway.PostgreSql;

/// <summary>
/// Keeps a second process out of the database: a lock that belongs to the session of the one connection that writes. Who has the lock can write, and who writes has it, since one ends with the
/// other. A process that lost its connection takes the lock again, and goes on only if nobody else has signed meanwhile: what it has in memory may be old otherwise.
/// </summary>
internal sealed class PostgreSqlOwnership(PostgreSqlAddress address)
{
    // Any number, as long as it is always the same; locks are counted for each database apart.
    private const long Key = 0x534C_4950_5741_59;

    private readonly string _signature = $"{Guid.NewGuid():N}";

    /// <summary>Opens the connection that writes, with the lock.</summary>
    /// <exception cref="SlipwayException"><see cref="ErrorKind.Conflict"/>: another process has it.</exception>
    public async Task<NpgsqlConnection> TakeAsync(CancellationToken cancellationToken)
    {
        var connection = new NpgsqlConnection(address.WriterString());
        try
        {
            await connection.OpenAsync(cancellationToken);

            // A server may be set to answer before a change is durable; here an answer means that it is.
            await connection.ExecuteAsync("select set_config('synchronous_commit', 'on', false) where current_setting('synchronous_commit') = 'off'");

            // The session of a process that was killed a moment ago may still be on its way out.
            await connection.ExecuteAsync("set lock_timeout = '2s'; select pg_advisory_lock(@Key); reset lock_timeout", new { Key });
            return connection;
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.LockNotAvailable)
        {
            var holder = await HolderAsync(connection);
            await connection.DisposeAsync();
            throw new SlipwayException(
                ErrorKind.Conflict, $"The database {address} is in use by another process{holder}. Stop that one first, or name another database with --database.", e);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>Writes down that this process owns the database now, and says which database it is: a name that it keeps for ever.</summary>
    public async Task<string> SignAsync(NpgsqlConnection connection)
    {
        const string Sql = """
            insert into database_owner (id, identity, owner) values (1, @identity, @owner)
            on conflict (id) do update set owner = excluded.owner
            returning identity
            """;

        return (await connection.ExecuteScalarAsync<string>(Sql, new { identity = $"{Guid.NewGuid():N}", owner = _signature }))!;
    }

    /// <summary>Opens the connection that writes anew, after the last one was lost.</summary>
    public async Task<NpgsqlConnection> TakeAgainAsync()
    {
        var connection = await TakeAsync(CancellationToken.None);
        if (await connection.ExecuteScalarAsync<string>("select owner from database_owner where id = 1") == _signature)
        {
            return connection;
        }

        await connection.DisposeAsync();
        throw new SlipwayException(
            ErrorKind.Unavailable, $"Another process has used the database {address} while this one had lost it, so this one takes no more changes. Stop one of them, and start Slipway again.");
    }

    private static async Task<string> HolderAsync(NpgsqlConnection connection)
    {
        const string Sql = """
            select a.application_name from pg_locks l join pg_stat_activity a on a.pid = l.pid
            where l.locktype = 'advisory' and l.granted and l.database = (select oid from pg_database where datname = current_database())
                and l.classid::bigint << 32 | l.objid::bigint = @Key
            """;

        // A courtesy: not everybody may see who is connected.
        return await connection.ExecuteScalarAsync<string>(Sql, new { Key }) is { Length: > 0 } name ? $", {name}" : "";
    }
}
