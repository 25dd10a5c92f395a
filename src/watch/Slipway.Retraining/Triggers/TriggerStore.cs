using System.Text.Json;
using Dapper;
using Slipway.Core;
using Slipway.Storage;

namespace Slipway.Retraining.Triggers;

/// <summary>Reads and writes the <c>retrain_conditions</c> table: one document a model.</summary>
internal sealed class TriggerStore(Database database)
{
    /// <summary>How a model's conditions stand; as at the beginning where nothing was kept yet.</summary>
    public async Task<TriggerState> ReadAsync(string model, CancellationToken cancellationToken)
    {
        const string Sql = "select document from retrain_conditions where model = @model";

        var document = await database.ReadAsync(connection => connection.QuerySingleOrDefaultAsync<string>(Sql, new { model }), cancellationToken);
        return document is null ? new TriggerState() : JsonSerializer.Deserialize<TriggerState>(document, SlipwayJson.Options)!;
    }

    /// <summary>Keeps a state in the transaction that moves the cursor, or begins the run.</summary>
    public static Task SaveAsync(WriteTransaction transaction, string model, TriggerState state)
    {
        const string Sql = """
            insert into retrain_conditions (model, document) values (@model, @document)
            on conflict (model) do update set document = excluded.document
            """;

        return transaction.ExecuteAsync(Sql, new { model, document = JsonSerializer.Serialize(state, SlipwayJson.Options) });
    }
}
