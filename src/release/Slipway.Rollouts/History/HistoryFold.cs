namespace Slipway.Rollouts.History;

/// <summary>Folds a deployment's events to the periods in which its roles and weights stayed the same. Pure.</summary>
internal static class HistoryFold
{
    /// <summary>
    /// The periods that <paramref name="events"/> (oldest first) begin, oldest first. Events of one revision are one change; those without one end no period. Where the clock went backwards, an earlier
    /// event had happened by the time of a later one, whatever its own time says: no period ends before it begins.
    /// </summary>
    /// <param name="before">The roles before the first of them; null where it says all.</param>
    /// <param name="events">The events, by position.</param>
    /// <param name="end">When the last period ended; null where it goes on.</param>
    public static IReadOnlyList<LivePeriod> Periods(Roles? before, IReadOnlyList<HistoryEvent> events, DateTimeOffset? end)
    {
        var periods = new List<LivePeriod>();
        var roles = before;
        foreach (var change in Changes(events))
        {
            foreach (var happened in change)
            {
                roles = happened.Apply(roles);
            }

            if (roles is not null && change[0].Revision is { } revision)
            {
                periods.Add(new LivePeriod
                {
                    From = change[0].Decision.At,
                    Position = change[0].Decision.Position,
                    Revision = revision,
                    Stable = roles.Stable,
                    Previous = roles.Previous,
                    Candidate = roles.Candidate?.Version,
                    Weight = roles.Candidate?.Weight,
                    Rollout = roles.Candidate?.Rollout,
                    Decision = Told(change),
                });
            }
        }

        return Timed(periods, end);
    }

    /// <summary>The decisions of <paramref name="events"/>, oldest first: one a change.</summary>
    public static IReadOnlyList<HistoryDecision> Decisions(IReadOnlyList<HistoryEvent> events) => [.. Changes(events).Select(Told)];

    // Events of one transaction have one revision and stand beside each other.
    private static List<List<HistoryEvent>> Changes(IReadOnlyList<HistoryEvent> events)
    {
        var changes = new List<List<HistoryEvent>>();
        foreach (var happened in events)
        {
            if (changes is [.., var last] && happened.Revision is { } revision && last[0].Revision == revision)
            {
                last.Add(happened);
            }
            else
            {
                changes.Add([happened]);
            }
        }

        return changes;
    }

    // Of a change with a rollout, the rollout's event says why.
    private static HistoryDecision Told(List<HistoryEvent> change)
    {
        var told = change.Find(happened => happened.Decision.Rollout is not null) ?? change[0];
        return told.Decision with { At = change[0].Decision.At };
    }

    private static List<LivePeriod> Timed(List<LivePeriod> periods, DateTimeOffset? end)
    {
        var to = end;
        for (var i = periods.Count - 1; i >= 0; i--)
        {
            var from = to < periods[i].From ? to.Value : periods[i].From;
            periods[i] = periods[i] with { From = from, To = to };
            to = from;
        }

        return periods;
    }
}
