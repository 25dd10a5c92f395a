using Dapper;
using Slipway.Storage;
using Slipway.Storage.Sql;

namespace Slipway.Monitoring.Outcomes;

/// <summary>The SQL of the join: outcomes that are new or wait, and what became of them.</summary>
internal sealed class OutcomeJoinStore(Database database)
{
    private const string Select = """
        select id as Id, label as Label, known_at as KnownAt, received_at as ReceivedAt, received_seq as Seq
        from outcomes
        """;

    // Parameters of one "in (…)": see OutcomeStore.
    private const int ChunkRows = 100;

    /// <summary>Deployments with outcomes that no save has dealt with.</summary>
    public Task<IReadOnlyList<string>> ListBehindAsync(CancellationToken cancellationToken) => ListAsync<string>(
        "select deployment from outcome_figures where received_seq > joined_seq order by deployment", new { }, cancellationToken);

    /// <summary>The number of the last outcome that was dealt with; 0 when none was.</summary>
    public async Task<long> ReadJoinedSeqAsync(string deployment, CancellationToken cancellationToken) =>
        (await ListAsync<long>("select joined_seq from outcome_figures where deployment = @deployment", new { deployment }, cancellationToken)).SingleOrDefault();

    /// <summary>Outcomes after a number, in the order in which they came.</summary>
    public Task<IReadOnlyList<OutcomeRow>> ReadAfterAsync(string deployment, long seq, int limit, CancellationToken cancellationToken) => ListAsync<OutcomeRow>(
        $"{Select} where deployment = @deployment and received_seq > @seq order by received_seq limit @limit", new { deployment, seq, limit }, cancellationToken);

    /// <summary>Ids that wait for their predictions; at most <paramref name="limit"/>.</summary>
    public Task<IReadOnlyList<string>> ListWaitingAsync(string deployment, int limit, CancellationToken cancellationToken) =>
        ListAsync<string>("select id from outcomes_waiting where deployment = @deployment limit @limit", new { deployment, limit }, cancellationToken);

    /// <summary>Waiting outcomes after an id, in the order of ids.</summary>
    public Task<IReadOnlyList<OutcomeRow>> ReadWaitingAsync(string deployment, string afterId, int limit, CancellationToken cancellationToken) => ListAsync<OutcomeRow>(
        $"""
        {Select} where deployment = @deployment and state = 0 and id in
          (select id from outcomes_waiting where deployment = @deployment and id > @afterId order by id limit @limit)
        order by id
        """,
        new { deployment, afterId, limit },
        cancellationToken);

    /// <summary>Outcomes of some ids that have found no prediction and were dealt with up to <paramref name="seq"/>.</summary>
    public async Task<IReadOnlyList<OutcomeRow>> FindOpenAsync(string deployment, IReadOnlyList<string> ids, long seq, CancellationToken cancellationToken)
    {
        var found = new List<OutcomeRow>();
        foreach (var chunk in ids.Chunk(ChunkRows))
        {
            // The number is compared here: asked for it, SQLite would leave the key and read every outcome that there is.
            var (list, parameters) = SqlList.OfTexts(chunk, ("deployment", deployment));
            var rows = await ListAsync<OutcomeRow>($"{Select} where deployment = @deployment and id in {list} and state = 0", parameters, cancellationToken);
            found.AddRange(rows.Where(row => row.Seq <= seq));
        }

        return found;
    }

    /// <summary>Writes what became of a deployment's outcomes.</summary>
    public static async Task SaveAsync(WriteTransaction transaction, JoinChanges changes)
    {
        const string Wait = """
            insert into outcomes_waiting (deployment, id, received_at) values (@Deployment, @Id, @ReceivedAt)
            on conflict (deployment, id) do nothing
            """;

        const string Join = "update outcomes set state = 1, predicted_at = @PredictedAt, known_at = @KnownAt where deployment = @Deployment and id = @Id";

        const string LeaveOut = "update outcomes set state = 2 where deployment = @Deployment and id = @Id";

        const string StopWaiting = "delete from outcomes_waiting where deployment = @Deployment and id = @Id";

        const string Figures = """
            update outcome_figures
            set joined = joined + @Joined, early = early + @Early, late = late + @Late, unfit = unfit + @Unfit, not_sampled = not_sampled + @LeftOut,
                unfit_sentence = coalesce(unfit_sentence, @UnfitSentence), joined_seq = @JoinedSeq
            where deployment = @Deployment
            """;

        await transaction.ExecuteAsync(Wait, changes.Waiting);
        await transaction.ExecuteAsync(Join, changes.Joined);
        await transaction.ExecuteAsync(LeaveOut, changes.LeftOut);
        await transaction.ExecuteAsync(StopWaiting, changes.Joined.Where(row => row.Waited));
        await transaction.ExecuteAsync(
            Figures,
            new { Joined = changes.Joined.Count, LeftOut = changes.LeftOut.Count, changes.Early, changes.Late, changes.Unfit, changes.UnfitSentence, changes.JoinedSeq, changes.Deployment });
    }

    /// <summary>Gives up outcomes that have waited since before <paramref name="limit"/> (UTC ticks): their predictions are unknown, or <paramref name="leftOut"/> says that they were not recorded.</summary>
    public static async Task ExpireAsync(WriteTransaction transaction, string deployment, long limit, Func<string, bool>? leftOut)
    {
        const string Ids = "select id from outcomes_waiting where deployment = @deployment and received_at < @limit";

        const string Mark = """
            update outcomes set state = 2
            where deployment = @deployment and state = 0 and id in (select id from outcomes_waiting where deployment = @deployment and received_at < @limit)
            """;

        const string Remove = "delete from outcomes_waiting where deployment = @deployment and received_at < @limit";

        const string Count = "update outcome_figures set unknown = unknown + @count - @notSampled, not_sampled = not_sampled + @notSampled where deployment = @deployment";

        var notSampled = leftOut is null ? 0 : (await transaction.QueryAsync<string>(Ids, new { deployment, limit })).Count(leftOut);
        var count = await transaction.ExecuteAsync(Mark, new { deployment, limit });
        await transaction.ExecuteAsync(Remove, new { deployment, limit });
        if (count > 0)
        {
            await transaction.ExecuteAsync(Count, new { deployment, count, notSampled });
        }
    }

    private Task<IReadOnlyList<T>> ListAsync<T>(string sql, object parameters, CancellationToken cancellationToken) => database.ReadAsync<IReadOnlyList<T>>(
        async connection => [.. await connection.QueryAsync<T>(new CommandDefinition(sql, parameters, cancellationToken: cancellationToken))], cancellationToken);
}

/// <summary>An outcome as it is stored; moments are UTC ticks.</summary>
internal sealed class OutcomeRow
{
    public required string Id { get; init; }

    public required string Label { get; init; }

    public long? KnownAt { get; init; }

    public required long ReceivedAt { get; init; }

    public required long Seq { get; init; }
}
