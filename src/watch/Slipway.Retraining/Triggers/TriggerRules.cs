using System.Globalization;
using System.Text.Json.Nodes;
using Slipway.Core.Projects;
using Slipway.Monitoring.Alerts;

namespace Slipway.Retraining.Triggers;

/// <summary>When a project is trained again. Pure: all time is event time and comes in as a fact.</summary>
internal static class TriggerRules
{
    public const string Drift = "drift";
    public const string Performance = "performance";
    public const string Schedule = "schedule";
    public const string NewLabels = "newLabels";

    // A clock that goes back by less was set right, and stands still until it has caught up, so that nothing fires twice. By more, it had been wrong or another replay began.
    private static readonly TimeSpan LongestStandstill = TimeSpan.FromDays(1);

    /// <summary>
    /// Takes the news that an alert fired; the same object where the project does not ask for it, has it already, or has been trained again since: a review may have seen the alert before its
    /// news came, and what fires on after the cooldown is found by the next review.
    /// </summary>
    public static TriggerState Take(RetrainSection when, TriggerState state, string monitor, string version, DateTimeOffset at, string sentence, JsonObject evidence) =>
        at <= state.LastBegan ? state : TakeAlert(when, state, monitor, version, at, sentence, evidence);

    /// <summary>True when alerts that are firing already have to be looked at before the next decision: after the cooldown of a retraining, and of a version that became live.</summary>
    public static bool WantsReview(RetrainSection when, TriggerState state, TriggerFacts facts) =>
        (when.Drift || when.Performance) && !facts.Busy && state.ReviewedFor != facts.Stable && IsRested(when, state, OnClock(state, facts.Now).Now);

    /// <summary>Takes the alerts that are firing; those of other versions are over.</summary>
    public static TriggerState Review(RetrainSection when, TriggerState state, string stable, IReadOnlyList<AlertState> firing)
    {
        state = state with { ReviewedFor = stable };
        foreach (var alert in firing.Where(alert => alert.Firing && alert.Version == stable).OrderBy(alert => alert.FiredAt))
        {
            state = TakeAlert(when, state, alert.Monitor, alert.Version, alert.FiredAt, alert.Sentence, alert.Evidence);
        }

        return state;
    }

    /// <summary>Decides whether a retraining begins now. What is due while something is under way, or in the cooldown, stays due.</summary>
    public static TriggerDecision Decide(RetrainSection when, TriggerState before, TriggerFacts facts)
    {
        var (state, now) = OnClock(before, facts.Now);
        state = Forget(when, state, facts.Stable);
        state = JudgeSchedule(when, state, now);
        state = JudgeLabels(when, state, facts.Labels, now);

        var names = Names(when);
        var isDue = when.All ? names.All(name => state.Met.Any(met => met.Condition == name)) : state.Met.Count > 0;
        if (!isDue || facts.Busy || !IsRested(when, state, now))
        {
            return new TriggerDecision(state, Fire: null, now);
        }

        var after = state with { Met = [], LastBegan = now, ReviewedFor = null, LabelsAt = facts.Labels ?? state.LabelsAt };
        return new TriggerDecision(after, state.Met, now);
    }

    /// <summary>The conditions that a project asks for.</summary>
    private static List<string> Names(RetrainSection when) =>
    [
        .. when.Schedule is null ? (string[])[] : [Schedule],
        .. when.Drift ? (string[])[Drift] : [],
        .. when.Performance ? (string[])[Performance] : [],
        .. when.NewLabels is null ? (string[])[] : [NewLabels],
    ];

    private static TriggerState TakeAlert(RetrainSection when, TriggerState state, string monitor, string version, DateTimeOffset at, string sentence, JsonObject evidence) =>
        monitor is Drift or Performance && Names(when).Contains(monitor)
            ? Add(state, new MetCondition(monitor, sentence, at, version, (JsonObject)evidence.DeepClone()))
            : state;

    private static bool IsRested(RetrainSection when, TriggerState state, DateTimeOffset now) => state.LastBegan is not { } began || now - began >= when.Cooldown;

    private static (TriggerState State, DateTimeOffset Now) OnClock(TriggerState state, DateTimeOffset now)
    {
        var latest = state.LastBegan > state.ScheduleFrom || state.ScheduleFrom is null ? state.LastBegan : state.ScheduleFrom;
        if (latest is not { } reached || now >= reached)
        {
            return (state, now);
        }

        return reached - now <= LongestStandstill
            ? (state, reached)
            : (state with { LastBegan = Earlier(state.LastBegan, now), ScheduleFrom = Earlier(state.ScheduleFrom, now) }, now);
    }

    private static DateTimeOffset? Earlier(DateTimeOffset? time, DateTimeOffset now) => time > now ? now : time;

    // A condition that the file no longer names, and a breach of a version that is no longer live, are over.
    private static TriggerState Forget(RetrainSection when, TriggerState state, string stable)
    {
        var names = Names(when);
        MetCondition[] kept = [.. state.Met.Where(met => names.Contains(met.Condition) && (met.Version is null || met.Version == stable))];
        return kept.Length == state.Met.Count ? state : state with { Met = kept };
    }

    private static TriggerState JudgeSchedule(RetrainSection when, TriggerState state, DateTimeOffset now)
    {
        if (when.Schedule is not { } schedule)
        {
            return state;
        }

        if (state.ScheduleFrom is not { } from || state.Schedule != schedule)
        {
            return state with { Schedule = schedule, ScheduleFrom = now };
        }

        if (CronTimes.Next(schedule, from) is not { } due || due > now)
        {
            return state;
        }

        // However many were missed while the server was down, they are one.
        var sentence = string.Create(CultureInfo.InvariantCulture, $"{schedule} was due at {due.UtcDateTime:yyyy-MM-dd HH:mm} (UTC).");
        return Add(state with { ScheduleFrom = now }, new MetCondition(Schedule, sentence, due, Version: null, Evidence: null));
    }

    private static TriggerState JudgeLabels(RetrainSection when, TriggerState state, long? labels, DateTimeOffset now)
    {
        if (when.NewLabels is not { } wanted || labels is not { } count)
        {
            return state;
        }

        if (state.LabelsAt is not { } counted || count < counted)
        {
            return state with { LabelsAt = count };
        }

        var sentence = string.Create(CultureInfo.InvariantCulture, $"{count - counted:N0} labels have arrived since the last training; {wanted:N0} are asked for.");
        return count - counted < wanted
            ? state
            : Add(state, new MetCondition(NewLabels, sentence, now, Version: null, new JsonObject { ["labels"] = count - counted, ["wanted"] = wanted }));
    }

    private static TriggerState Add(TriggerState state, MetCondition met) =>
        state.Met.Any(known => known.Condition == met.Condition && known.Version == met.Version) ? state : state with { Met = [.. state.Met, met] };
}
