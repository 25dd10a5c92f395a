using Dapper;
using Slipway.Monitoring.Log;
using Slipway.Storage;

namespace Slipway.Monitoring;

/// <summary>Reads and writes the <c>watch_positions</c> table: how far each deployment's log has been worked on, and its clock then.</summary>
internal sealed class ObservatoryStore(Database database)
{
    /// <summary>What the last save left; null when there was none.</summary>
    public Task<WatchPosition?> FindAsync(string deployment, CancellationToken cancellationToken)
    {
        const string Sql = """
            select chunk as Chunk, batch as Batch, newest_event as NewestEvent, newest_arrival as NewestArrival, reached as Reached
            from watch_positions where deployment = @deployment
            """;

        return database.ReadAsync(
            async connection =>
                (await connection.QuerySingleOrDefaultAsync<Row>(new CommandDefinition(Sql, new { deployment }, cancellationToken: cancellationToken)))?.ToPosition(),
            cancellationToken);
    }

    /// <summary>Writes how far a deployment's log has been worked on.</summary>
    public static Task SaveAsync(WriteTransaction transaction, string deployment, WatchPosition position)
    {
        const string Sql = """
            insert into watch_positions (deployment, chunk, batch, newest_event, newest_arrival, reached)
            values (@deployment, @Chunk, @Batch, @Event, @Arrival, @Reached)
            on conflict (deployment) do update
            set chunk = excluded.chunk, batch = excluded.batch, newest_event = excluded.newest_event, newest_arrival = excluded.newest_arrival, reached = excluded.reached
            """;

        return transaction.ExecuteAsync(
            Sql,
            new { deployment, position.Log?.Chunk, Batch = position.Log?.Batch ?? 0, position.Clock.Event, position.Clock.Arrival, position.Clock.Reached });
    }

    private sealed class Row
    {
        public string? Chunk { get; init; }

        public required long Batch { get; init; }

        public required long NewestEvent { get; init; }

        public required long NewestArrival { get; init; }

        public required long Reached { get; init; }

        public WatchPosition ToPosition() => new(Chunk is null ? null : new LogPosition(Chunk, int.CreateChecked(Batch)), new ClockState(NewestEvent, NewestArrival, Reached));
    }
}

/// <summary>How far a deployment's log has been worked on.</summary>
/// <param name="Log">The position in the log; null before the first batch.</param>
/// <param name="Clock">The deployment's clock.</param>
internal sealed record WatchPosition(LogPosition? Log, ClockState Clock);
