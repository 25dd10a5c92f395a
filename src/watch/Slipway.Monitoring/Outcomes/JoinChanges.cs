namespace Slipway.Monitoring.Outcomes;

/// <summary>What became of a deployment's outcomes since the last save that committed.</summary>
internal sealed class JoinChanges(string deployment)
{
    public string Deployment { get; } = deployment;

    /// <summary>Outcomes that found no prediction.</summary>
    public List<WaitingRow> Waiting { get; } = [];

    /// <summary>Outcomes that found theirs.</summary>
    public List<JoinedRow> Joined { get; } = [];

    /// <summary>Outcomes whose prediction was not recorded, because it is not in the sample.</summary>
    public List<LeftOutRow> LeftOut { get; } = [];

    public long Early { get; set; }

    public long Late { get; set; }

    public long Unfit { get; set; }

    public string? UnfitSentence { get; set; }

    /// <summary>The number of the last outcome that was dealt with.</summary>
    public long JoinedSeq { get; set; }

    /// <summary>True when there is something to save.</summary>
    public bool Dirty { get; set; }

    public void Clear()
    {
        Waiting.Clear();
        Joined.Clear();
        LeftOut.Clear();
        (Early, Late, Unfit, UnfitSentence, Dirty) = (0, 0, 0, null, false);
    }

    internal sealed record WaitingRow(string Deployment, string Id, long ReceivedAt);

    internal sealed record LeftOutRow(string Deployment, string Id);

    internal sealed record JoinedRow(string Deployment, string Id, long PredictedAt, long KnownAt, bool Waited);
}
