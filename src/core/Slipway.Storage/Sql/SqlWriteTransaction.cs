using System.Data.Common;
using System.Text.Json;
using Dapper;
using Slipway.Core;
using Slipway.Storage.Events;

namespace Slipway.Storage.Sql;

/// <summary>A <see cref="WriteTransaction"/> on any ADO.NET connection whose database speaks the shared subset of SQL; what a database does differently is its own class.</summary>
/// <param name="connection">The connection that the transaction runs on.</param>
/// <param name="transaction">The transaction, where the provider wants it named; null where it belongs to the connection.</param>
/// <param name="commands">The kept statements of that connection.</param>
/// <param name="time">Says when an event was appended.</param>
public class SqlWriteTransaction(DbConnection connection, DbTransaction? transaction, KeptCommands commands, TimeProvider time) : WriteTransaction
{
    private const string AppendSql = """
        insert into events (type, subject, actor, at, data)
        values (@type, @subject, @actor, @at, @data)
        returning position
        """;

    private const string SaveCursorSql = """
        insert into event_cursors (consumer, position) values (@consumer, @position)
        on conflict (consumer) do update set position = excluded.position
        """;

    /// <summary>The position of the last event that was appended; 0 when there was none.</summary>
    public long LastPosition { get; private set; }

    /// <inheritdoc/>
    public override Task<int> ExecuteAsync(string sql, object? parameters = null) => connection.ExecuteAsync(sql, parameters, transaction);

    /// <inheritdoc/>
    public override async Task<IReadOnlyList<T>> QueryAsync<T>(string sql, object? parameters = null) =>
        (await connection.QueryAsync<T>(sql, parameters, transaction)).AsList();

    /// <inheritdoc/>
    public override Task<T?> QuerySingleOrDefaultAsync<T>(string sql, object? parameters = null)
        where T : default => connection.QuerySingleOrDefaultAsync<T>(sql, parameters, transaction);

    /// <inheritdoc/>
    public override Task<int> ExecuteAsync(Statement statement, params object?[] values) => commands.Bind(statement, transaction, values).ExecuteNonQueryAsync();

    /// <inheritdoc/>
    public override async Task<IReadOnlyList<T>> QueryAsync<T>(Statement statement, Func<DbDataReader, T> read, params object?[] values)
    {
        await using var reader = await commands.Bind(statement, transaction, values).ExecuteReaderAsync();
        var rows = new List<T>();
        while (await reader.ReadAsync())
        {
            rows.Add(read(reader));
        }

        return rows;
    }

    /// <inheritdoc/>
    public override async Task<long> AppendAsync(IEvent happened)
    {
        var type = happened.GetType();
        var parameters = new
        {
            type = type.Name,
            subject = happened.Subject,
            actor = happened.Actor.Name,
            at = StoredTime.Format(time.GetUtcNow()),
            data = JsonSerializer.Serialize(happened, type, SlipwayJson.Options),
        };

        return LastPosition = await connection.ExecuteScalarAsync<long>(AppendSql, parameters, transaction);
    }

    /// <inheritdoc/>
    public override Task SaveCursorAsync(string consumer, long position) => connection.ExecuteAsync(SaveCursorSql, new { consumer, position }, transaction);
}
