using System.Text.Json;
using Dapper;
using Slipway.Core;
using Slipway.Storage;

namespace Slipway.Monitoring.Watching;

/// <summary>Reads and writes the <c>window_verdicts</c> table: what each window says, as it was judged last.</summary>
internal sealed class VerdictStore(Database database)
{
    /// <summary>The newest <paramref name="limit"/> verdicts of windows that end in a stretch of time (inclusive), oldest first.</summary>
    public Task<IReadOnlyList<WindowVerdict>> ReadAsync(string deployment, DateTimeOffset? from, DateTimeOffset? to, int limit, CancellationToken cancellationToken)
    {
        const string Sql = """
            select document from (
                select at, version, segment, document from window_verdicts
                where deployment = @deployment and (@from is null or at >= @from) and (@to is null or at <= @to)
                order by at desc, version desc, segment desc
                limit @limit) newest
            order by at, version, segment
            """;

        var parameters = new { deployment, from = from is { } f ? StoredTime.Format(f) : null, to = to is { } t ? StoredTime.Format(t) : null, limit };
        return database.ReadAsync<IReadOnlyList<WindowVerdict>>(
            async connection =>
            {
                var documents = await connection.QueryAsync<string>(new CommandDefinition(Sql, parameters, cancellationToken: cancellationToken));
                return [.. documents.Select(document => JsonSerializer.Deserialize<WindowVerdict>(document, SlipwayJson.Options)!)];
            },
            cancellationToken);
    }

    /// <summary>Saves what a window says now.</summary>
    public static Task SaveAsync(WriteTransaction transaction, string deployment, WindowVerdict verdict)
    {
        const string Sql = """
            insert into window_verdicts (deployment, at, version, segment, document) values (@deployment, @at, @Version, @Segment, @document)
            on conflict (deployment, at, version, segment) do update set document = excluded.document
            """;

        var document = JsonSerializer.Serialize(verdict, SlipwayJson.Options);
        return transaction.ExecuteAsync(Sql, new { deployment, at = StoredTime.Format(verdict.At), verdict.Version, verdict.Segment, document });
    }
}
