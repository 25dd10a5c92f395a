using Dapper;
using Slipway.Storage;
using Slipway.Storage.Sql;

namespace Slipway.Monitoring.Traffic;

/// <summary>Reads how much versions answered when, from the indexes of the <c>profiles</c> table; its rows are <see cref="Profiles.ProfileStore"/>'s.</summary>
internal sealed class TrafficStore(Database database)
{
    private const string Columns = "bucket, seconds, version, role, predictions, unrecorded";

    // The longest bucket: one that holds a moment begins no earlier than this before it.
    private static readonly TimeSpan Longest = TimeSpan.FromDays(1);

    /// <summary>The buckets of a deployment that hold a moment.</summary>
    public async Task<IReadOnlyList<AnsweredBucket>> ListAtAsync(string deployment, DateTimeOffset moment, CancellationToken cancellationToken)
    {
        const string Sql = $"select {Columns} from profiles where segment = '' and deployment = @deployment and bucket > @from and bucket <= @at order by bucket";

        var buckets = await QueryAsync(Sql, new { deployment, from = StoredTime.Format(moment - Longest), at = StoredTime.Format(moment) }, cancellationToken);
        return [.. buckets.Where(bucket => bucket.To > moment)];
    }

    /// <summary>The newest buckets of a deployment that touch a stretch of time, the newest first.</summary>
    public Task<IReadOnlyList<AnsweredBucket>> ListAsync(string deployment, DateTimeOffset? from, DateTimeOffset? to, int limit, CancellationToken cancellationToken)
    {
        const string Sql = $"""
            select {Columns} from profiles
            where segment = '' and deployment = @deployment and (@from is null or bucket >= @from) and (@to is null or bucket <= @to)
            order by bucket desc, seconds desc, version desc, role desc
            limit @limit
            """;

        return QueryAsync(Sql, new { deployment, from = from is { } f ? StoredTime.Format(f) : null, to = to is { } t ? StoredTime.Format(t) : null, limit }, cancellationToken);
    }

    /// <summary>How much some versions answered in each deployment.</summary>
    public Task<IReadOnlyList<AnsweredTotal>> SumAsync(IReadOnlyList<string> versions, CancellationToken cancellationToken)
    {
        var (list, parameters) = SqlList.OfTexts(versions);
        return SumAsync($"version in {list}", parameters, cancellationToken);
    }

    /// <summary>How much each version answered in a deployment.</summary>
    public Task<IReadOnlyList<AnsweredTotal>> SumAsync(string deployment, CancellationToken cancellationToken) =>
        SumAsync("deployment = @deployment", new Dictionary<string, object> { ["deployment"] = deployment }, cancellationToken);

    private Task<IReadOnlyList<AnsweredTotal>> SumAsync(string condition, Dictionary<string, object> parameters, CancellationToken cancellationToken)
    {
        var sql = $"""
            select deployment, version, cast(sum(predictions) as bigint), cast(sum(unrecorded) as bigint), min(bucket), max(last_at) from profiles
            where segment = '' and {condition}
            group by deployment, version
            order by deployment, version
            """;

        // Dapper would keep a text for each number of versions.
        var command = new CommandDefinition(sql, parameters, flags: CommandFlags.Buffered | CommandFlags.NoCache, cancellationToken: cancellationToken);
        return database.ReadAsync<IReadOnlyList<AnsweredTotal>>(
            async connection => [.. (await connection.QueryAsync<(string Deployment, string Version, long Predictions, long Unrecorded, string First, long Last)>(command))
                .Select(row => new AnsweredTotal(row.Deployment, row.Version, row.Predictions, row.Unrecorded, StoredTime.Parse(row.First), new DateTimeOffset(row.Last, TimeSpan.Zero)))],
            cancellationToken);
    }

    private Task<IReadOnlyList<AnsweredBucket>> QueryAsync(string sql, object parameters, CancellationToken cancellationToken) => database.ReadAsync<IReadOnlyList<AnsweredBucket>>(
        async connection =>
        {
            var rows = await connection.QueryAsync<(string Bucket, long Seconds, string Version, string Role, long Predictions, long Unrecorded)>(new CommandDefinition(sql, parameters, cancellationToken: cancellationToken));
            return [.. rows.Select(row => new AnsweredBucket(StoredTime.Parse(row.Bucket), TimeSpan.FromSeconds(row.Seconds), row.Version, row.Role, row.Predictions, row.Unrecorded))];
        },
        cancellationToken);
}

/// <summary>What a version answered in one bucket of event time.</summary>
internal sealed record AnsweredBucket(DateTimeOffset From, TimeSpan Length, string Version, string Role, long Predictions, long Unrecorded)
{
    public DateTimeOffset To => From + Length;
}

/// <summary>What a version answered in a deployment in all.</summary>
internal sealed record AnsweredTotal(string Deployment, string Version, long Predictions, long Unrecorded, DateTimeOffset First, DateTimeOffset Last);
