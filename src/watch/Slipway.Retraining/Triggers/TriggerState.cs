namespace Slipway.Retraining.Triggers;

/// <summary>How the conditions of a project stand; kept with the cursor of the events that led to it.</summary>
internal sealed record TriggerState
{
    /// <summary>What has come true since the last retraining began.</summary>
    public IReadOnlyList<MetCondition> Met { get; init; } = [];

    /// <summary>When the last retraining began, in event time; null before the first.</summary>
    public DateTimeOffset? LastBegan { get; init; }

    /// <summary>The cron expression that <see cref="ScheduleFrom"/> belongs to.</summary>
    public string? Schedule { get; init; }

    /// <summary>Occurrences of the schedule after this event time are still to come.</summary>
    public DateTimeOffset? ScheduleFrom { get; init; }

    /// <summary>How many labels there were at the last training; null before any was counted.</summary>
    public long? LabelsAt { get; init; }

    /// <summary>
    /// The live version whose alerts that were firing already have been looked at since the last retraining. An alert fires once; a breach that a retraining did not mend must count again.
    /// </summary>
    public string? ReviewedFor { get; init; }
}

/// <summary>What a decision rests on.</summary>
/// <param name="Now">The deployment's own now.</param>
/// <param name="Stable">The version that is live.</param>
/// <param name="Labels">How many labels there are in all; null where the project does not ask.</param>
/// <param name="Busy">True while a run of the model or a rollout of the deployment is under way.</param>
internal sealed record TriggerFacts(DateTimeOffset Now, string Stable, long? Labels, bool Busy);

/// <summary>What is decided.</summary>
/// <param name="After">The state from now on; the very same object when nothing changed.</param>
/// <param name="Fire">What starts a retraining now; null when none starts.</param>
/// <param name="Now">The moment that it was decided at: the facts', unless the clock went back a little.</param>
internal sealed record TriggerDecision(TriggerState After, IReadOnlyList<MetCondition>? Fire, DateTimeOffset Now);
