using System.Text.Json;
using Dapper;
using Slipway.Core;
using Slipway.Core.Names;
using Slipway.Storage;

namespace Slipway.Monitoring.Profiles;

/// <summary>Reads and writes the <c>baselines</c> table, so that a restart scores no training data again.</summary>
internal sealed class BaselineStore(Database database)
{
    /// <summary>The version's baseline, or null.</summary>
    public Task<Baseline?> FindAsync(VersionReference version, CancellationToken cancellationToken)
    {
        const string Sql = "select document from baselines where version = @version";

        return database.ReadAsync(
            async connection => await connection.QuerySingleOrDefaultAsync<string>(new CommandDefinition(Sql, new { version = version.ToString() }, cancellationToken: cancellationToken)) is { } document
                ? JsonSerializer.Deserialize<Baseline>(document, SlipwayJson.Options)
                : null,
            cancellationToken);
    }

    /// <summary>Keeps a baseline in place of the one before.</summary>
    public Task SaveAsync(VersionReference version, Baseline baseline, CancellationToken cancellationToken) => database.WriteAsync(
        async transaction =>
        {
            await SaveAsync(transaction, version.ToString(), baseline);
            return true;
        },
        cancellationToken);

    /// <summary>Keeps a baseline with what else the transaction writes.</summary>
    public static Task SaveAsync(WriteTransaction transaction, string version, Baseline baseline)
    {
        const string Sql = """
            insert into baselines (version, document) values (@version, @document)
            on conflict (version) do update set document = excluded.document
            """;

        return transaction.ExecuteAsync(Sql, new { version, document = JsonSerializer.Serialize(baseline, SlipwayJson.Options) });
    }
}
