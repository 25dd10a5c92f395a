using Dapper;

namespace Slipway.Storage.Events;

/// <summary>Reads the <c>events</c> and <c>event_cursors</c> tables. They are written by <see cref="Sql.SqlWriteTransaction"/>.</summary>
internal sealed class EventLog(Database database, EventSignal signal) : IEventLog
{
    public Task<IReadOnlyList<StoredEvent>> ReadAsync(long position, int limit, CancellationToken cancellationToken)
    {
        const string Sql = """
            select position, type, subject, actor, at, data from events
            where position > @position
            order by position
            limit @limit
            """;

        return QueryAsync(Sql, new { position, limit }, cancellationToken);
    }

    public Task<IReadOnlyList<StoredEvent>> ReadSubjectAsync(string subject, int limit, CancellationToken cancellationToken)
    {
        const string Sql = """
            select position, type, subject, actor, at, data from (
                select position, type, subject, actor, at, data from events
                where subject = @subject
                order by position desc
                limit @limit) newest
            order by position
            """;

        return QueryAsync(Sql, new { subject, limit }, cancellationToken);
    }

    public Task<long> ReadCursorAsync(string consumer, CancellationToken cancellationToken)
    {
        const string Sql = "select position from event_cursors where consumer = @consumer";

        return database.ReadAsync(connection => connection.QuerySingleOrDefaultAsync<long>(Sql, new { consumer }), cancellationToken);
    }

    public Task WaitAsync(long position, CancellationToken cancellationToken) => signal.WaitAsync(position, cancellationToken);

    private Task<IReadOnlyList<StoredEvent>> QueryAsync(string sql, object parameters, CancellationToken cancellationToken) =>
        database.ReadAsync<IReadOnlyList<StoredEvent>>(
            async connection => [.. (await connection.QueryAsync<Row>(sql, parameters)).Select(row => row.ToEvent())], cancellationToken);

    private sealed record Row(long Position, string Type, string Subject, string Actor, string At, string Data)
    {
        public StoredEvent ToEvent() => new(Position, Type, Subject, Actor, StoredTime.Parse(At), Data);
    }
}
