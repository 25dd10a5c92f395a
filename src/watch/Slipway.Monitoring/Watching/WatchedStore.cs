using System.Text.Json;
using Dapper;
using Slipway.Core;
using Slipway.Monitoring.Alerts;
using Slipway.Storage;

namespace Slipway.Monitoring.Watching;

/// <summary>Reads and writes the <c>watched</c> table: how far each deployment has been judged.</summary>
internal sealed class WatchedStore(Database database)
{
    /// <summary>The deployment's state, or null when it was never judged.</summary>
    public Task<WatchedState?> FindAsync(string deployment, CancellationToken cancellationToken)
    {
        const string Sql = "select document from watched where deployment = @deployment";

        return database.ReadAsync(
            async connection => await connection.QuerySingleOrDefaultAsync<string>(new CommandDefinition(Sql, new { deployment }, cancellationToken: cancellationToken)) is { } document
                ? JsonSerializer.Deserialize<WatchedState>(document, SlipwayJson.Options)
                : null,
            cancellationToken);
    }

    /// <summary>Saves the deployment's state.</summary>
    public static Task SaveAsync(WriteTransaction transaction, string deployment, WatchedState state)
    {
        const string Sql = """
            insert into watched (deployment, document) values (@deployment, @document)
            on conflict (deployment) do update set document = excluded.document
            """;

        return transaction.ExecuteAsync(Sql, new { deployment, document = JsonSerializer.Serialize(state, SlipwayJson.Options) });
    }
}

/// <summary>How far a deployment has been judged.</summary>
/// <param name="JudgedTo">Every window that ends up to here was judged (UTC ticks).</param>
/// <param name="Version">The version that was stable at that end, or null while none was.</param>
/// <param name="Quiet">True when the window that ended there had no traffic, which is noted once.</param>
/// <param name="Decisions">Which windows decided last.</param>
internal sealed record WatchedState(long JudgedTo, string? Version, bool Quiet, IReadOnlyList<AlertDecision> Decisions);
