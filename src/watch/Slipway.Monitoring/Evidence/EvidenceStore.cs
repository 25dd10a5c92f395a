using Dapper;
using Slipway.Rollouts.Releases;
using Slipway.Storage;

namespace Slipway.Monitoring.Evidence;

/// <summary>The SQL of rollouts' counters. A slot is known by its number since the Unix epoch.</summary>
internal sealed class EvidenceStore(Database database)
{
    private const string SelectHead = "select slot_ticks as SlotTicks, closed_to as ClosedTo, notes as Notes from rollout_evidence where rollout = @rollout";

    /// <summary>What the last save left of a rollout; null when there was none.</summary>
    public Task<StoredEvidence?> FindAsync(string rollout, CancellationToken cancellationToken)
    {
        const string Segments = "select distinct segment from rollout_evidence_counts where rollout = @rollout and segment <> ''";
        const string Units = "select metric as Metric, segment as Segment, unit as Unit from rollout_evidence_units where rollout = @rollout";

        return database.ReadAsync(
            async connection =>
            {
                if (await connection.QuerySingleOrDefaultAsync<HeadRow>(new CommandDefinition(SelectHead, new { rollout }, cancellationToken: cancellationToken)) is not { } head)
                {
                    return null;
                }

                var segments = await connection.QueryAsync<string>(new CommandDefinition(Segments, new { rollout }, cancellationToken: cancellationToken));
                var units = await connection.QueryAsync<UnitRow>(new CommandDefinition(Units, new { rollout }, cancellationToken: cancellationToken));
                return new StoredEvidence(head.ClosedTo, head.ReadNotes(), [.. segments], [.. units]);
            },
            cancellationToken);
    }

    /// <summary>See <see cref="IRolloutEvidence.ReadAsync"/>.</summary>
    public Task<IReadOnlyList<EvidenceSlot>> ReadAsync(string rollout, DateTimeOffset? after, CancellationToken cancellationToken)
    {
        const string Counts = """
            select slot as Slot, metric as Metric, segment as Segment, weight as Weight, candidate as Candidate, bin as Bin, units as Units
            from rollout_evidence_counts where rollout = @rollout and slot >= @from and slot < @to
            order by slot, metric, segment, weight, candidate, bin
            """;

        return database.ReadAsync<IReadOnlyList<EvidenceSlot>>(
            async connection =>
            {
                if (await connection.QuerySingleOrDefaultAsync<HeadRow>(new CommandDefinition(SelectHead, new { rollout }, cancellationToken: cancellationToken)) is not { } head)
                {
                    return [];
                }

                // A slot's end is (number + 1) slots after the epoch: it lies after `after` from this number on.
                var clock = new SlotClock(head.SlotTicks);
                var from = after is { } looked ? clock.SlotOf(looked.UtcTicks) : long.MinValue;
                var rows = await connection.QueryAsync<CountRow>(new CommandDefinition(Counts, new { rollout, from, to = head.ClosedTo }, cancellationToken: cancellationToken));
                var slots = rows.GroupBy(row => row.Slot).Select(slot => new EvidenceSlot(clock.End(slot.Key), Group(slot))).ToList();

                // The last closed slot says how far time has come, also where nothing happened in it. Nothing was closed yet where a replay has only begun.
                var last = head.ClosedTo - 1;
                if (head.ClosedTo != SlotClock.NoneClosed && last >= from && (slots.Count == 0 || slots[^1].End < clock.End(last)))
                {
                    slots.Add(new EvidenceSlot(clock.End(last), []));
                }

                return slots;
            },
            cancellationToken);
    }

    /// <summary>What a rollout's evidence had to leave out, as sentences.</summary>
    public Task<IReadOnlyList<string>> ReadNotesAsync(string rollout, CancellationToken cancellationToken) => database.ReadAsync<IReadOnlyList<string>>(
        async connection =>
        {
            var head = await connection.QuerySingleOrDefaultAsync<HeadRow>(new CommandDefinition(SelectHead, new { rollout }, cancellationToken: cancellationToken));
            return head?.ReadNotes() ?? [];
        },
        cancellationToken);

    /// <summary>Writes what changed of a rollout's counters.</summary>
    public static async Task SaveAsync(WriteTransaction transaction, RolloutCounters counters)
    {
        const string Head = """
            insert into rollout_evidence (rollout, deployment, slot_ticks, closed_to, notes) values (@Rollout, @Deployment, @SlotTicks, @ClosedTo, @Notes)
            on conflict (rollout) do update set closed_to = excluded.closed_to, notes = excluded.notes
            """;

        const string Count = """
            insert into rollout_evidence_counts (rollout, slot, metric, segment, weight, candidate, bin, units)
            values (@Rollout, @Slot, @Metric, @Segment, @Weight, @Candidate, @Bin, @Units)
            on conflict (rollout, slot, metric, segment, weight, candidate, bin) do update set units = rollout_evidence_counts.units + excluded.units
            """;

        const string Unit = """
            insert into rollout_evidence_units (rollout, metric, segment, unit) values (@Rollout, @Metric, @Segment, @Unit)
            on conflict (rollout, metric, segment, unit) do nothing
            """;

        await transaction.ExecuteAsync(
            Head, new { counters.Rollout, counters.Deployment, SlotTicks = counters.Clock.Ticks, counters.ClosedTo, Notes = string.Join('\n', counters.Notes) });
        await transaction.ExecuteAsync(
            Count,
            counters.Pending.Select(p => new { counters.Rollout, p.Key.Slot, p.Key.Metric, p.Key.Segment, p.Key.Weight, Candidate = p.Key.Candidate ? 1 : 0, p.Key.Bin, Units = p.Value }).ToList());
        await transaction.ExecuteAsync(Unit, counters.NewUnits.Select(u => new { counters.Rollout, u.Metric, u.Segment, u.Unit }).ToList());
    }

    /// <summary>Forgets the units of a rollout that has ended; its counts stay.</summary>
    public static Task ForgetUnitsAsync(WriteTransaction transaction, string rollout) =>
        transaction.ExecuteAsync("delete from rollout_evidence_units where rollout = @rollout", new { rollout });

    private static List<EvidenceCounts> Group(IEnumerable<CountRow> slot) =>
    [
        .. slot.GroupBy(row => (row.Metric, row.Segment, row.Weight)).Select(group => new EvidenceCounts(
            group.Key.Metric,
            group.Key.Segment,
            group.Key.Weight,
            group.Where(row => row.Candidate != 0).ToDictionary(row => (int)row.Bin, row => row.Units),
            group.Where(row => row.Candidate == 0).ToDictionary(row => (int)row.Bin, row => row.Units))),
    ];

    private sealed class HeadRow
    {
        public required long SlotTicks { get; init; }

        public required long ClosedTo { get; init; }

        public required string Notes { get; init; }

        public string[] ReadNotes() => Notes.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    private sealed class CountRow
    {
        public required long Slot { get; init; }

        public required string Metric { get; init; }

        public required string Segment { get; init; }

        public required double Weight { get; init; }

        public required long Candidate { get; init; }

        public required long Bin { get; init; }

        public required long Units { get; init; }
    }
}

/// <summary>What a save left of a rollout.</summary>
internal sealed record StoredEvidence(long ClosedTo, IReadOnlyList<string> Notes, IReadOnlyList<string> Segments, IReadOnlyList<UnitRow> Units);

/// <summary>A unit that has counted; the hash's bits as a signed number, which is what databases have.</summary>
internal sealed class UnitRow
{
    public required string Metric { get; init; }

    public required string Segment { get; init; }

    public required long Unit { get; init; }
}
