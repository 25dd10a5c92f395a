using Dapper;
using Slipway.Storage.Sql;

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

    public Task<IReadOnlyList<StoredEvent>> ReadSetAsync(SubjectQuery query, CancellationToken cancellationToken)
    {
        var (types, parameters) = SqlList.OfTexts(query.Types, ("subject", query.Subject), ("limit", query.Limit));
        var wanted = $"subject = @subject and {query.Of.Condition}";
        var conditions = wanted;
        if (query.NotAfter is { } moment)
        {
            parameters.Add("moment", StoredTime.Format(moment));
            conditions += $" and position <= (select position from events where {wanted} and at <= @moment order by position desc limit 1)";
        }

        if (query.Before is { } position)
        {
            parameters.Add("before", position);
            conditions += " and position < @before";
        }

        if (query.After is { } after)
        {
            parameters.Add("after", after);
            conditions += " and position > @after";
        }

        if (query.Types.Count > 0)
        {
            conditions += $" and type in {types}";
        }

        // All that is asked of stands in the set's index, so no event is read that is not wanted; and since it all does, SQLite takes that index.
        var order = query.After is null ? "order by position desc" : "order by position";
        var sql = $"""
            select position, type, subject, actor, at, data from events
            where position in (select position from events where {conditions} {order} limit @limit)
            {order}
            """;
        return QueryAsync(sql, parameters, cancellationToken);
    }

    public async Task<IReadOnlyList<StoredEvent>> ReadSubjectsAsync(IReadOnlyList<string> subjects, int limit, CancellationToken cancellationToken)
    {
        if (subjects.Count == 0)
        {
            return [];
        }

        var (list, parameters) = SqlList.OfTexts(subjects, ("limit", limit));
        return await QueryAsync($"select position, type, subject, actor, at, data from events where subject in {list} order by position limit @limit", parameters, cancellationToken);
    }

    public Task<long> ReadCursorAsync(string consumer, CancellationToken cancellationToken)
    {
        const string Sql = "select position from event_cursors where consumer = @consumer";

        return database.ReadAsync(connection => connection.QuerySingleOrDefaultAsync<long>(Sql, new { consumer }), cancellationToken);
    }

    public Task WaitAsync(long position, CancellationToken cancellationToken) => signal.WaitAsync(position, cancellationToken);

    // Dapper would keep a text for each number of subjects.
    private Task<IReadOnlyList<StoredEvent>> QueryAsync(string sql, object parameters, CancellationToken cancellationToken) =>
        database.ReadAsync<IReadOnlyList<StoredEvent>>(
            async connection =>
            {
                var flags = parameters is Dictionary<string, object> ? CommandFlags.Buffered | CommandFlags.NoCache : CommandFlags.Buffered;
                return [.. (await connection.QueryAsync<Row>(new CommandDefinition(sql, parameters, flags: flags, cancellationToken: cancellationToken))).Select(row => row.ToEvent())];
            },
            cancellationToken);

    private sealed record Row(long Position, string Type, string Subject, string Actor, string At, string Data)
    {
        public StoredEvent ToEvent() => new(Position, Type, Subject, Actor, StoredTime.Parse(At), Data);
    }
}
