using Dapper;
using Slipway.Core;
using Slipway.Storage;
using Slipway.Storage.Sql;

namespace Slipway.Access.Audit;

/// <summary>Reads and appends to the <c>audit</c> table.</summary>
internal sealed class AuditLog(Database database) : IAuditLog
{
    private static readonly Statement Insert = new("""
        insert into audit (at, actor, action, target, source, outcome)
        values (@at, @actor, @action, @target, @source, @outcome)
        """);

    /// <summary>Appends an entry in the transaction of the change that it is about.</summary>
    public static Task AppendAsync(WriteTransaction transaction, AuditEntry entry) => transaction.ExecuteAsync(
        Insert, StoredTime.Format(entry.At), entry.Actor.Name, entry.Action, entry.Target, entry.Source, (long)entry.Outcome);

    public async Task AppendAsync(AuditEntry entry, CancellationToken cancellationToken) => await database.WriteAsync(
        async transaction =>
        {
            await AppendAsync(transaction, entry);
            return 0;
        },
        cancellationToken);

    public Task<IReadOnlyList<AuditEntry>> ListAsync(AuditQuery query, CancellationToken cancellationToken)
    {
        const string Sql = """
            select at, actor, action, target, source, outcome from audit
            where (@who is null or actor = @who)
                and (@what is null or lower(action || ' ' || target) like lower(@what) escape '~')
                and (@since is null or at >= @since)
            order by position desc
            limit @limit
            """;

        var parameters = new
        {
            limit = query.Limit,
            who = query.Who,
            what = query.What is null ? null : LikePattern.Containing(query.What),
            since = query.Since is { } since ? StoredTime.Format(since) : null,
        };
        return database.ReadAsync<IReadOnlyList<AuditEntry>>(
            async connection => [.. (await connection.QueryAsync<Row>(new CommandDefinition(Sql, parameters, cancellationToken: cancellationToken))).Select(row => row.ToEntry())], cancellationToken);
    }

    private sealed record Row(string At, string Actor, string Action, string Target, string Source, long Outcome)
    {
        public AuditEntry ToEntry() => new(StoredTime.Parse(At), new Actor(Actor), Action, Target, Source, (int)Outcome);
    }
}
