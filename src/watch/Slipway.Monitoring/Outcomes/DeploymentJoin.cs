namespace Slipway.Monitoring.Outcomes;

/// <summary>Where the join of one deployment stands.</summary>
internal sealed class DeploymentJoin(string deployment)
{
    public string Deployment { get; } = deployment;

    public JoinChanges Changes { get; init; } = new(deployment);

    public WaitingIds Waiting { get; } = new();

    /// <summary>Joined in memory, and not yet in the table.</summary>
    public HashSet<string> JustJoined { get; } = [];

    /// <summary>Outcomes that wait since before this are given up in the next save; null between.</summary>
    public long? ExpireBefore { get; set; }

    /// <summary>The id up to which waiting outcomes were looked for again.</summary>
    public string LookedTo { get; set; } = "";

    /// <summary>Since when something is to be looked for again (a timestamp); null when nothing is.</summary>
    public long? Missed { get; set; }

    /// <summary>How long after that.</summary>
    public TimeSpan Pause { get; set; }

    /// <summary>When the newest prediction of a rollout arrived, UTC ticks: those are recorded whole, whatever the sample.</summary>
    public long NewestOfRollout { get; set; }

    /// <summary>Something was missed: it is looked for in a minute.</summary>
    public void LookSoon(TimeProvider time)
    {
        if (Missed is null || Pause > OutcomeJoin.LookAgain)
        {
            (Missed, Pause) = (time.GetTimestamp(), OutcomeJoin.LookAgain);
        }
    }

    /// <summary>The first label that does not fit is logged, and no other: they come by the thousand.</summary>
    public bool SaidUnfit { get; set; }
}
