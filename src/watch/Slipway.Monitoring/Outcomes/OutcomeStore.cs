using Dapper;
using Slipway.Monitoring.Watching;
using Slipway.Storage;
using Slipway.Storage.Sql;

namespace Slipway.Monitoring.Outcomes;

/// <summary>Takes outcomes into the tables <c>outcomes</c>, <c>outcome_contradictions</c> and <c>outcome_figures</c>, and reads what became of them.</summary>
internal sealed class OutcomeStore(Database database)
{
    /// <summary>The newest contradictions that are listed.</summary>
    public const int MaxContradictions = 100;

    private const int ChunkRows = 500;

    // Parameters of one "in (…)". SQLite looks for each one's name among all of them, so many at a time cost more.
    private const int LookupRows = 100;

    /// <summary>
    /// Keeps the outcomes in one transaction: the first label of an id stands, also among several of one call. The answer's second part is the number of the last outcome that the deployment
    /// has received.
    /// </summary>
    public Task<(OutcomeReceipt Receipt, long LastSeq)> TakeAsync(string deployment, IReadOnlyList<Outcome> outcomes, DateTimeOffset receivedAt, CancellationToken cancellationToken)
    {
        const string Begin = """
            insert into outcome_figures (deployment, received, duplicate, contradicting, joined, early, late, unknown, unfit, received_seq, joined_seq)
            values (@deployment, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
            on conflict (deployment) do nothing
            """;

        const string Seq = "select received_seq from outcome_figures where deployment = @deployment";

        const string Count = """
            update outcome_figures
            set received = received + @received, duplicate = duplicate + @duplicate, contradicting = contradicting + @contradicting, received_seq = @last
            where deployment = @deployment
            """;

        var sorted = new SortedOutcomes(outcomes);
        return database.WriteAsync(
            async transaction =>
            {
                await transaction.ExecuteAsync(Begin, new { deployment });
                var before = await transaction.QuerySingleOrDefaultAsync<long>(Seq, new { deployment });
                var standing = new Dictionary<string, string>();
                for (var from = 0; from < sorted.First.Count; from += ChunkRows)
                {
                    await InsertAsync(transaction, deployment, Rows(deployment, sorted.First, from, before, receivedAt.UtcTicks), standing);
                }

                var contradictions = new List<Contradiction>();
                var duplicate = 0L;
                foreach (var outcome in sorted.First.Where(o => standing.ContainsKey(o.Id)).Concat(sorted.Repeats))
                {
                    var label = standing.GetValueOrDefault(outcome.Id) ?? sorted.LabelOf(outcome.Id);
                    if (OutcomeTruth.Same(label, outcome.Label))
                    {
                        duplicate++;
                    }
                    else
                    {
                        contradictions.Add(new Contradiction(outcome.Id, label, outcome.Label));
                    }
                }

                var last = before + sorted.First.Count;
                await transaction.ExecuteAsync(Count, new { deployment, received = outcomes.Count, duplicate, contradicting = contradictions.Count, last });
                await ListAsync(transaction, deployment, contradictions, receivedAt.UtcTicks);
                return (new OutcomeReceipt(outcomes.Count, outcomes.Count - duplicate - contradictions.Count, duplicate, contradictions.Count), last);
            },
            cancellationToken);
    }

    /// <summary>A deployment's figures; zeros before the first outcome.</summary>
    public Task<(OutcomeFigures Figures, long Unfit, string? UnfitSentence)> ReadFiguresAsync(string deployment, CancellationToken cancellationToken)
    {
        const string Sql = """
            select received as Received, duplicate as Duplicate, contradicting as Contradicting, joined as Joined, early as Early, late as Late, unknown as Unknown,
                   not_sampled as NotSampled, unfit as Unfit, unfit_sentence as UnfitSentence
            from outcome_figures where deployment = @deployment
            """;

        return database.ReadAsync(
            async connection =>
            {
                var row = await connection.QuerySingleOrDefaultAsync<FiguresRow>(new CommandDefinition(Sql, new { deployment }, cancellationToken: cancellationToken)) ?? new FiguresRow();
                return (row.ToFigures(), row.Unfit, row.UnfitSentence);
            },
            cancellationToken);
    }

    /// <summary>What is known of some ids, at most a hundred; ids without an outcome are left out.</summary>
    public Task<IReadOnlyList<StoredOutcome>> FindAsync(string deployment, IReadOnlyList<string> ids, CancellationToken cancellationToken)
    {
        const string Sql = """
            select id as Id, label as Label, known_at as KnownAt, received_at as ReceivedAt, state as State
            from outcomes where deployment = @deployment and id in
            """;

        var (list, parameters) = SqlList.OfTexts(ids, ("deployment", deployment));
        return database.ReadAsync<IReadOnlyList<StoredOutcome>>(
            async connection => [.. await connection.QueryAsync<StoredOutcome>(new CommandDefinition($"{Sql} {list}", parameters, cancellationToken: cancellationToken))], cancellationToken);
    }

    /// <summary>The newest contradictions, newest first.</summary>
    public Task<IReadOnlyList<OutcomeContradiction>> ListContradictionsAsync(string deployment, CancellationToken cancellationToken)
    {
        const string Sql = """
            select id as Id, label as Label, contradicting as Contradicting, received_at as ReceivedAt
            from outcome_contradictions where deployment = @deployment order by number desc limit @limit
            """;

        return database.ReadAsync<IReadOnlyList<OutcomeContradiction>>(
            async connection =>
            {
                var command = new CommandDefinition(Sql, new { deployment, limit = MaxContradictions }, cancellationToken: cancellationToken);
                return [.. (await connection.QueryAsync<ContradictionRow>(command))
                    .Select(r => new OutcomeContradiction(r.Id, r.Label, r.Contradicting, new DateTimeOffset(r.ReceivedAt, TimeSpan.Zero)))];
            },
            cancellationToken);
    }

    // Adds the labels of ids that were there before. The insert decides, so that the usual case, all new, needs no look-up.
    private static async Task InsertAsync(WriteTransaction transaction, string deployment, List<OutcomeRow> rows, Dictionary<string, string> standing)
    {
        const string Insert = """
            insert into outcomes (deployment, id, label, known_at, received_at, received_seq, state)
            values (@Deployment, @Id, @Label, @KnownAt, @ReceivedAt, @Seq, 0)
            on conflict (deployment, id) do nothing
            """;

        // Without a condition on received_seq, for which SQLite would leave the key and read every outcome that there is.
        const string Find = "select id as Id, label as Label, received_seq as Seq from outcomes where deployment = @deployment and id in ";

        if (await transaction.ExecuteAsync(Insert, rows) == rows.Count)
        {
            return;
        }

        foreach (var ids in rows.Select(row => row.Id).Chunk(LookupRows))
        {
            var (list, parameters) = SqlList.OfTexts(ids, ("deployment", deployment));
            foreach (var stored in (await transaction.QueryAsync<StoredLabel>(Find + list, parameters)).Where(s => s.Seq < rows[0].Seq))
            {
                standing.Add(stored.Id, stored.Label);
            }
        }
    }

    private static async Task ListAsync(WriteTransaction transaction, string deployment, List<Contradiction> contradictions, long receivedAt)
    {
        const string Newest = "select coalesce(max(number), 0) from outcome_contradictions where deployment = @deployment";

        const string Insert = """
            insert into outcome_contradictions (deployment, number, id, label, contradicting, received_at)
            values (@deployment, @number, @Id, @Label, @Contradicting, @receivedAt)
            """;

        if (contradictions.Count == 0)
        {
            return;
        }

        // More than can be listed need not be kept: they are counted.
        var number = await transaction.QuerySingleOrDefaultAsync<long>(Newest, new { deployment });
        var rows = contradictions.TakeLast(MaxContradictions).Select(c => new { deployment, number = ++number, c.Id, c.Label, c.Contradicting, receivedAt }).ToList();
        await transaction.ExecuteAsync(Insert, rows);
    }

    private static List<OutcomeRow> Rows(string deployment, IReadOnlyList<Outcome> outcomes, int from, long before, long receivedAt)
    {
        var rows = new List<OutcomeRow>(ChunkRows);
        for (var i = from; i < Math.Min(from + ChunkRows, outcomes.Count); i++)
        {
            rows.Add(new OutcomeRow(deployment, outcomes[i].Id, outcomes[i].Label, outcomes[i].KnownAt?.UtcTicks, receivedAt, before + i + 1));
        }

        return rows;
    }

    private sealed record OutcomeRow(string Deployment, string Id, string Label, long? KnownAt, long ReceivedAt, long Seq);

    private sealed class StoredLabel
    {
        public required string Id { get; init; }

        public required string Label { get; init; }

        public required long Seq { get; init; }
    }

    private sealed class ContradictionRow
    {
        public required string Id { get; init; }

        public required string Label { get; init; }

        public required string Contradicting { get; init; }

        public required long ReceivedAt { get; init; }
    }

    private sealed class FiguresRow
    {
        public long Received { get; init; }

        public long Duplicate { get; init; }

        public long Contradicting { get; init; }

        public long Joined { get; init; }

        public long Early { get; init; }

        public long Late { get; init; }

        public long Unknown { get; init; }

        public long NotSampled { get; init; }

        public long Unfit { get; init; }

        public string? UnfitSentence { get; init; }

        public OutcomeFigures ToFigures() =>
            new(Received, Joined, Received - Duplicate - Contradicting - Joined - Unknown - NotSampled, Duplicate, Contradicting, Early, Late, Unknown, NotSampled);
    }
}
