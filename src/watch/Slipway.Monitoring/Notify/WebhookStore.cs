using Dapper;
using Slipway.Storage;
using Slipway.Storage.Events;

namespace Slipway.Monitoring.Notify;

/// <summary>Reads and writes the <c>webhook_deliveries</c> table. Holds no rules.</summary>
internal sealed class WebhookStore(Database database)
{
    private const string Select = """
        select id as Id, position as Position, deployment as Deployment, address as Address, body as Body, attempts as Attempts, created_at as CreatedAt, due_at as DueAt
        from webhook_deliveries
        """;

    /// <summary>Queues deliveries and moves the consumer's cursor, together: an event is taken up once, whatever happens.</summary>
    public Task AddAsync(IReadOnlyList<WebhookDelivery> deliveries, string consumer, long position, CancellationToken cancellationToken)
    {
        const string Insert = """
            insert into webhook_deliveries (id, position, deployment, address, body, attempts, created_at, due_at)
            values (@Id, @Position, @Deployment, @Address, @Body, @Attempts, @CreatedAt, @DueAt)
            on conflict do nothing
            """;

        return database.WriteAsync(
            async transaction =>
            {
                foreach (var delivery in deliveries)
                {
                    await transaction.ExecuteAsync(Insert, Row.From(delivery));
                }

                await transaction.SaveCursorAsync(consumer, position);
                return true;
            },
            cancellationToken);
    }

    /// <summary>Deliveries by when they are due, the earliest first.</summary>
    public Task<IReadOnlyList<WebhookDelivery>> ListAsync(int limit, CancellationToken cancellationToken) => database.ReadAsync<IReadOnlyList<WebhookDelivery>>(
        async connection => [.. (await connection.QueryAsync<Row>($"{Select} order by due_at, position limit @limit", new { limit })).Select(row => row.ToDelivery())],
        cancellationToken);

    /// <summary>Keeps when to try again.</summary>
    public Task UpdateAsync(WebhookDelivery delivery, CancellationToken cancellationToken) => database.WriteAsync(
        transaction => transaction.ExecuteAsync("update webhook_deliveries set attempts = @Attempts, due_at = @DueAt where id = @Id", Row.From(delivery)), cancellationToken);

    /// <summary>Ends a delivery, with an event when it was given up.</summary>
    public Task RemoveAsync(WebhookDelivery delivery, IEvent? happened, CancellationToken cancellationToken) => database.WriteAsync(
        async transaction =>
        {
            if (await transaction.ExecuteAsync("delete from webhook_deliveries where id = @Id", new { delivery.Id }) > 0 && happened is not null)
            {
                await transaction.AppendAsync(happened);
            }

            return true;
        },
        cancellationToken);

    private sealed record Row
    {
        public required string Id { get; init; }

        public required long Position { get; init; }

        public required string Deployment { get; init; }

        public required string Address { get; init; }

        public required string Body { get; init; }

        public required long Attempts { get; init; }

        public required string CreatedAt { get; init; }

        public required string DueAt { get; init; }

        public static Row From(WebhookDelivery delivery) => new()
        {
            Id = delivery.Id,
            Position = delivery.Position,
            Deployment = delivery.Deployment,
            Address = delivery.Address,
            Body = delivery.Body,
            Attempts = delivery.Attempts,
            CreatedAt = StoredTime.Format(delivery.CreatedAt),
            DueAt = StoredTime.Format(delivery.DueAt),
        };

        public WebhookDelivery ToDelivery() => new(Id, Position, Deployment, Address, Body, (int)Attempts, StoredTime.Parse(CreatedAt), StoredTime.Parse(DueAt));
    }
}
