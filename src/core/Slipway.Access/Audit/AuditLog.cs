using Dapper;
using Slipway.Core;
using Slipway.Storage;

namespace Slipway.Access.Audit;

/// <summary>Reads and appends to the <c>audit</c> table.</summary>
internal sealed class AuditLog(Database database) : IAuditLog
{
    public async Task AppendAsync(AuditEntry entry, CancellationToken cancellationToken)
    {
        const string Sql = """
            insert into audit (at, actor, action, target, source, outcome)
            values (@at, @actor, @action, @target, @source, @outcome)
            """;

        var parameters = new { at = StoredTime.Format(entry.At), actor = entry.Actor.Name, action = entry.Action, target = entry.Target, source = entry.Source, outcome = entry.Outcome };
        await database.WriteAsync(transaction => transaction.ExecuteAsync(Sql, parameters), cancellationToken);
    }

    public Task<IReadOnlyList<AuditEntry>> ListAsync(int limit, CancellationToken cancellationToken)
    {
        const string Sql = """
            select at, actor, action, target, source, outcome from audit
            order by position desc
            limit @limit
            """;

        return database.ReadAsync<IReadOnlyList<AuditEntry>>(
            async connection => [.. (await connection.QueryAsync<Row>(Sql, new { limit })).Select(row => row.ToEntry())], cancellationToken);
    }

    private sealed record Row(string At, string Actor, string Action, string Target, string Source, long Outcome)
    {
        public AuditEntry ToEntry() => new(StoredTime.Parse(At), new Actor(Actor), Action, Target, Source, (int)Outcome);
    }
}
