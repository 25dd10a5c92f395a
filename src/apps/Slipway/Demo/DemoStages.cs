using System.Globalization;
using System.Text.Json.Nodes;
using Slipway.Core.Projects;
using Slipway.Monitoring.Alerts;
using Slipway.Monitoring.Watching;
using Slipway.Retraining.Pipelines;
using Slipway.Rollouts.Releases;

namespace Slipway.Demo;

/// <summary>The stages of the demo, from the server's record. Pure.</summary>
internal static class DemoStages
{
    /// <summary>The stages of the first run: data, train, validate, register, deploy.</summary>
    public static IEnumerable<DemoStage> Of(PipelineRun run) => run.Stages
        .Where(stage => stage.State is not (PipelineState.Waiting or PipelineState.Skipped))
        .Select(stage => new DemoStage(stage.Name, stage.State == PipelineState.Succeeded, stage.Seconds, stage.Facts) { Sentence = stage.Sentence });

    /// <summary>The stages of the loop that are over at <paramref name="day"/>.</summary>
    public static IEnumerable<DemoStage> Of(
        LoopRecord record, Traffic traffic, IReadOnlyDictionary<string, double> seconds, DateOnly day, DateOnly serveUntil, ProjectConfig config)
    {
        if (day >= serveUntil)
        {
            yield return Serve(traffic, seconds.GetValueOrDefault("serve"));
        }

        if (record.Retraining is { } retraining)
        {
            yield return Monitor(record, config, seconds.GetValueOrDefault("monitor"));
            if (retraining.EndedAt is not null)
            {
                yield return Retrain(retraining, seconds.GetValueOrDefault("retrain"));
            }
        }

        if (record is { Better: { EndedAt: not null } better, Worse: { EndedAt: not null } worse })
        {
            yield return Rollout(record, better, worse, seconds.GetValueOrDefault("rollout"));
        }
    }

    /// <summary>The error of the first version over the last window before it was replaced.</summary>
    public static double? ErrorBefore(LoopRecord record) => record.Better is { Stable: { } first, LookedTo: { } promoted } ? Error(record, first.ToString(), v => v.At <= promoted) : null;

    /// <summary>The error of the version that replaced it, over the last window before the mistaken one came.</summary>
    public static double? ErrorAfter(LoopRecord record) => record.Better is { LookedTo: { } promoted } better
        ? Error(record, better.Candidate.ToString(), v => v.At > promoted && (record.Worse is not { } worse || Began(record, worse) is not { } begun || v.At <= begun))
        : null;

    private static double? Error(LoopRecord record, string version, Func<WindowVerdict, bool> isWithin) =>
        record.Watch?.Verdicts.LastOrDefault(v => v.Segment.Length == 0 && v.Version == version && v.Quality is not null && isWithin(v))?.Quality!.Value;

    private static DemoStage Serve(Traffic traffic, double seconds)
    {
        var sentence = string.Create(
            CultureInfo.InvariantCulture,
            $"{traffic.Requests:N0} hours, one request each: {traffic.Failed} failed, p50 {traffic.Milliseconds(0.5):F2} ms, p95 {traffic.Milliseconds(0.95):F2} ms");
        return new DemoStage("serve", traffic.Failed == 0, seconds, new JsonObject
        {
            ["requests"] = traffic.Requests,
            ["failed"] = traffic.Failed,
            ["p50Ms"] = traffic.Milliseconds(0.5),
            ["p95Ms"] = traffic.Milliseconds(0.95),
        })
        { Sentence = sentence };
    }

    private static DemoStage Monitor(LoopRecord record, ProjectConfig config, double seconds)
    {
        var alert = Alert(record, "performance");
        var drift = record.Alerts
            .Where(a => a.Monitor == "drift" && a.Segment.Length == 0 && a.FiredAt <= record.Retraining!.AsOf)
            .MaxBy(a => (double?)a.Evidence["psi"]);
        return new DemoStage("monitor", alert is not null, seconds, new JsonObject
        {
            ["window"] = Core.Units.Duration.Format(config.Monitor.Window),
            ["firstAlertAt"] = Moment(record.Alerts.MinBy(a => a.FiredAt)?.FiredAt),
            ["firstAlert"] = record.Alerts.MinBy(a => a.FiredAt)?.Sentence,
            ["alert"] = alert?.Sentence,
            ["alertAt"] = Moment(alert?.FiredAt),
            ["cause"] = drift?.Subject,
            ["causeSentence"] = drift?.Sentence,
            ["causeAt"] = Moment(drift?.FiredAt),
        })
        { Sentence = alert is null ? "no alert rose" : $"{Day(alert.FiredAt)}: {alert.Sentence}{(drift is null ? "" : $". {Day(drift.FiredAt)}: {drift.Sentence}")}" };
    }

    private static DemoStage Retrain(PipelineRun run, double seconds)
    {
        var version = LoopRecord.VersionOf(run)?.ToString();
        var validate = run.Stages.First(stage => stage.Name == "validate");
        return new DemoStage("retrain", run.State == PipelineState.Succeeded, seconds, new JsonObject
        {
            ["trigger"] = run.Trigger,
            ["asOf"] = Moment(run.AsOf),
            ["version"] = version,
            ["gates"] = validate.Sentence,
        })
        { Sentence = run.State == PipelineState.Succeeded ? $"{version} from the data up to {Day(run.AsOf!.Value)}; {validate.Sentence}" : run.Error ?? "" };
    }

    private static DemoStage Rollout(LoopRecord record, RolloutState better, RolloutState worse, double seconds) => new(
        "rollout",
        better.Status == RolloutStatus.Promoted && worse.Status == RolloutStatus.RolledBack,
        seconds,
        new JsonObject { ["promoted"] = Facts(record, better), ["rolledBack"] = Facts(record, worse) })
    {
        Sentence = $"{better.Candidate}: {better.Sentence} {worse.Candidate}: {worse.Sentence}",
    };

    private static JsonObject Facts(LoopRecord record, RolloutState rollout)
    {
        var overall = rollout.Evidence.FirstOrDefault(e => e.Segment.Length == 0)?.Comparison;
        var facts = new JsonObject
        {
            ["version"] = rollout.Candidate.ToString(),
            ["decision"] = rollout.Status == RolloutStatus.Promoted ? "promoted" : "rolled back",
            ["sentence"] = rollout.Sentence,
            ["begunAt"] = Moment(Began(record, rollout)),
            ["decidedAt"] = Moment(rollout.LookedTo),
            ["segment"] = rollout.Status == RolloutStatus.RolledBack ? Worst(rollout) : null,
            ["looks"] = rollout.Looks,
            ["requests"] = (overall?.Candidate.Count ?? 0) + (overall?.Stable.Count ?? 0),
        };
        if (record.Watch is { } watch && Began(record, rollout) is { } began)
        {
            var during = watch.Points.Where(p => p.At >= began && p.At < (rollout.LookedTo ?? DateTimeOffset.MaxValue)).ToList();
            var seen = during.Where(p => p.Version == rollout.Candidate.ToString()).Sum(p => p.Calls);
            facts["answeredByIt"] = seen;
            facts["shareAnsweredByIt"] = Math.Round((double)seen / during.Sum(p => p.Calls), 4);
        }

        return facts;
    }

    private static string? Worst(RolloutState rollout) =>
        rollout.Evidence.Where(e => e.Segment.Length > 0 && e.Comparison.LogHarm > 0).MaxBy(e => e.Comparison.LogHarm)?.Segment;

    // The first day on which the version answered as a candidate: the rollout's own mark is of the step that it is in.
    private static DateTimeOffset? Began(LoopRecord record, RolloutState rollout) =>
        record.Watch?.Points.FirstOrDefault(p => p.Version == rollout.Candidate.ToString() && p.Role == "candidate")?.At;

    private static AlertState? Alert(LoopRecord record, string monitor) => record.Alerts.Where(a => a.Monitor == monitor).MinBy(a => a.FiredAt);

    private static string? Moment(DateTimeOffset? at) => at?.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static string Day(DateTimeOffset at) => at.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
