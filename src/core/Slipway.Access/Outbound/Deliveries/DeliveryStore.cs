using Dapper;
using Slipway.Storage;
using Slipway.Storage.Events;

namespace Slipway.Access.Outbound.Deliveries;

/// <summary>Reads and writes a table of deliveries, which the module that sends them has among its own. Holds no rules.</summary>
/// <param name="database">The database.</param>
/// <param name="table">The table: <c>id</c> (its key), <c>position</c>, <c>receiver</c>, <c>about</c>, <c>body</c>, <c>attempts</c>, <c>created_at</c> and <c>due_at</c>, with an index over receiver and position.</param>
public abstract class DeliveryStore(Database database, string table)
{
    private readonly string _select = $"""
        select d.id as Id, d.position as Position, d.receiver as Receiver, d.about as About, d.body as Body, d.attempts as Attempts, d.created_at as CreatedAt, d.due_at as DueAt
        from {table} d
        """;

    // A receiver is told in the order of events: what follows one that failed waits with it.
    private readonly string _first = $"not exists (select 1 from {table} e where e.receiver = d.receiver and e.position < d.position)";

    /// <summary>Queues deliveries and moves the consumer's cursor, together: an event is taken up once, whatever happens.</summary>
    public Task AddAsync(IReadOnlyList<Delivery> deliveries, string consumer, long position, CancellationToken cancellationToken)
    {
        var insert = $"""
            insert into {table} (id, position, receiver, about, body, attempts, created_at, due_at)
            values (@Id, @Position, @Receiver, @About, @Body, @Attempts, @CreatedAt, @DueAt)
            on conflict do nothing
            """;

        return database.WriteAsync(
            async transaction =>
            {
                foreach (var delivery in deliveries)
                {
                    await transaction.ExecuteAsync(insert, Row.From(delivery));
                }

                await transaction.SaveCursorAsync(consumer, position);
                return true;
            },
            cancellationToken);
    }

    /// <summary>All deliveries, by when they are due, the earliest first.</summary>
    public Task<IReadOnlyList<Delivery>> ListAsync(int limit, CancellationToken cancellationToken) =>
        QueryAsync($"{_select} order by d.due_at, d.position limit @limit", new { limit }, cancellationToken);

    /// <summary>The first delivery of each receiver, of those that are due.</summary>
    public Task<IReadOnlyList<Delivery>> ListDueAsync(DateTimeOffset now, int limit, CancellationToken cancellationToken) =>
        QueryAsync($"{_select} where d.due_at <= @now and {_first} order by d.due_at, d.position limit @limit", new { now = StoredTime.Format(now), limit }, cancellationToken);

    /// <summary>A receiver's first delivery, or null.</summary>
    public async Task<Delivery?> FindFirstAsync(string receiver, CancellationToken cancellationToken) =>
        await QueryAsync($"{_select} where d.receiver = @receiver order by d.position limit 1", new { receiver }, cancellationToken) is [var first] ? first : null;

    /// <summary>When the next delivery is due; null when nothing waits.</summary>
    public Task<DateTimeOffset?> NextDueAsync(CancellationToken cancellationToken) => database.ReadAsync<DateTimeOffset?>(
        async connection => await connection.QuerySingleOrDefaultAsync<string?>($"select min(d.due_at) from {table} d where {_first}") is { } due ? StoredTime.Parse(due) : null,
        cancellationToken);

    /// <summary>Keeps when to try again.</summary>
    public Task UpdateAsync(Delivery delivery, CancellationToken cancellationToken) => database.WriteAsync(
        transaction => transaction.ExecuteAsync($"update {table} set attempts = @Attempts, due_at = @DueAt where id = @Id", Row.From(delivery)), cancellationToken);

    /// <summary>Ends a delivery, with an event when it was given up.</summary>
    public Task RemoveAsync(Delivery delivery, IEvent? happened, CancellationToken cancellationToken) => database.WriteAsync(
        async transaction =>
        {
            if (await transaction.ExecuteAsync($"delete from {table} where id = @Id", new { delivery.Id }) > 0 && happened is not null)
            {
                await transaction.AppendAsync(happened);
            }

            return true;
        },
        cancellationToken);

    private Task<IReadOnlyList<Delivery>> QueryAsync(string sql, object parameters, CancellationToken cancellationToken) => database.ReadAsync<IReadOnlyList<Delivery>>(
        async connection => [.. (await connection.QueryAsync<Row>(new CommandDefinition(sql, parameters, cancellationToken: cancellationToken))).Select(row => row.ToDelivery())],
        cancellationToken);

    private sealed record Row
    {
        public required string Id { get; init; }

        public required long Position { get; init; }

        public required string Receiver { get; init; }

        public required string About { get; init; }

        public required string Body { get; init; }

        public required long Attempts { get; init; }

        public required string CreatedAt { get; init; }

        public required string DueAt { get; init; }

        public static Row From(Delivery delivery) => new()
        {
            Id = delivery.Id,
            Position = delivery.Position,
            Receiver = delivery.Receiver,
            About = delivery.About,
            Body = delivery.Body,
            Attempts = delivery.Attempts,
            CreatedAt = StoredTime.Format(delivery.CreatedAt),
            DueAt = StoredTime.Format(delivery.DueAt),
        };

        public Delivery ToDelivery() => new(Id, Position, Receiver, About, Body, (int)Attempts, StoredTime.Parse(CreatedAt), StoredTime.Parse(DueAt));
    }
}
