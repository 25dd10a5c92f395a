namespace Slipway.Console.Reading;

/// <summary>What a mark on the time axis stands for; each has a row and a stroke of its own.</summary>
public enum MarkKind
{
    /// <summary>Another version answers everybody.</summary>
    Release,

    /// <summary>A candidate's share of requests begins or grows.</summary>
    Rollout,

    /// <summary>A rollout is decided, by its evidence or by a person.</summary>
    Decision,

    /// <summary>Something that is watched is beyond its limit, until it is resolved.</summary>
    Alert,

    /// <summary>A run of the pipeline.</summary>
    Training,
}

/// <summary>Something that happened to a deployment, on the axis of event time.</summary>
/// <param name="Kind">What it stands for.</param>
/// <param name="At">When it happened, in event time (UTC).</param>
/// <param name="Label">Two or three words that stand beside the mark: <c>1.1.0</c>, <c>25%</c>, <c>temp</c>.</param>
/// <param name="Sentence">What happened, for people.</param>
public sealed record TimelineMark(MarkKind Kind, DateTimeOffset At, string Label, string Sentence)
{
    /// <summary>When it was over, in event time; null for what has no length.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>True when nobody recorded its event time, and it stands where the traffic was when it was recorded.</summary>
    public bool IsAbout { get; init; }
}
