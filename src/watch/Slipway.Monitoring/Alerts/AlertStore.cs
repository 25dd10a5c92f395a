using System.Text.Json;
using System.Text.Json.Nodes;
using Dapper;
using Slipway.Core;
using Slipway.Storage;

namespace Slipway.Monitoring.Alerts;

/// <summary>Reads and writes the <c>alerts</c> table. Holds no rules: those are in <see cref="AlertBook"/>.</summary>
internal sealed class AlertStore(Database database)
{
    private const string Columns = """
        id as Id, deployment as Deployment, monitor as Monitor, subject as Subject, segment as Segment, version as Version, firing as Firing, fired_at as FiredAt,
        resolved_at as ResolvedAt, sentence as Sentence, evidence as Evidence
        """;

    /// <summary>Alerts, newest first; those found at the same moment by their id, so that pages do not change.</summary>
    public Task<IReadOnlyList<AlertState>> ListAsync(string? deployment, bool firingOnly, int limit, CancellationToken cancellationToken)
    {
        const string Sql = $"""
            select {Columns} from alerts
            where (@deployment is null or deployment = @deployment) and (@firing = 0 or firing = 1)
            order by fired_at desc, id desc
            limit @limit
            """;

        return database.ReadAsync<IReadOnlyList<AlertState>>(
            async connection =>
            {
                var parameters = new { deployment, firing = firingOnly ? 1 : 0, limit };
                var rows = await connection.QueryAsync<Row>(new CommandDefinition(Sql, parameters, cancellationToken: cancellationToken));
                return [.. rows.Select(row => row.ToState())];
            },
            cancellationToken);
    }

    /// <summary>Saves an alert as it is now.</summary>
    public static Task SaveAsync(WriteTransaction transaction, AlertState alert)
    {
        const string Sql = """
            insert into alerts (id, deployment, monitor, subject, segment, version, firing, fired_at, resolved_at, sentence, evidence)
            values (@Id, @Deployment, @Monitor, @Subject, @Segment, @Version, @Firing, @FiredAt, @ResolvedAt, @Sentence, @Evidence)
            on conflict (id) do update set firing = excluded.firing, resolved_at = excluded.resolved_at
            """;

        return transaction.ExecuteAsync(Sql, Row.From(alert));
    }

    private sealed record Row
    {
        public required string Id { get; init; }

        public required string Deployment { get; init; }

        public required string Monitor { get; init; }

        public required string Subject { get; init; }

        public required string Segment { get; init; }

        public required string Version { get; init; }

        public required long Firing { get; init; }

        public required string FiredAt { get; init; }

        public required string? ResolvedAt { get; init; }

        public required string Sentence { get; init; }

        public required string Evidence { get; init; }

        public static Row From(AlertState alert) => new()
        {
            Id = alert.Id,
            Deployment = alert.Deployment,
            Monitor = alert.Monitor,
            Subject = alert.Subject,
            Segment = alert.Segment,
            Version = alert.Version,
            Firing = alert.Firing ? 1 : 0,
            FiredAt = StoredTime.Format(alert.FiredAt),
            ResolvedAt = alert.ResolvedAt is { } at ? StoredTime.Format(at) : null,
            Sentence = alert.Sentence,
            Evidence = alert.Evidence.ToJsonString(SlipwayJson.Options),
        };

        public AlertState ToState() => new(
            Id,
            Deployment,
            Monitor,
            Subject,
            Segment,
            Version,
            Firing != 0,
            StoredTime.Parse(FiredAt),
            ResolvedAt is null ? null : StoredTime.Parse(ResolvedAt),
            Sentence,
            JsonSerializer.Deserialize<JsonObject>(Evidence, SlipwayJson.Options)!);
    }
}
