using System.Text.Json.Nodes;
using Slipway.Console.Reading;
using Slipway.Core.Names;
using Slipway.Core.Projects;
using Slipway.Monitoring.Alerts;
using Slipway.Monitoring.Log;
using Slipway.Monitoring.Watching;
using Slipway.Retraining.Pipelines;
using Slipway.Rollouts.Releases;
using Slipway.Statistics.Drift;
using Slipway.Statistics.Sequential;

namespace Slipway.Apps.Tests.Console;

/// <summary>A deployment's life as the modules record it: a hundred days in which the weather drifts, the error grows, and a canary follows.</summary>
internal static class WatchRecords
{
    /// <summary>The first day.</summary>
    public static readonly DateTimeOffset Begin = new(2011, 7, 4, 0, 0, 0, TimeSpan.Zero);

    /// <summary>The deployment's own now.</summary>
    public static readonly DateTimeOffset End = Day(100);

    /// <summary>A day of the traffic.</summary>
    public static DateTimeOffset Day(double day) => Begin.AddDays(day);

    /// <summary>1.0.0 all the time; from day 60 on 1.1.0 as a candidate, which is stable from day 85.</summary>
    public static IEnumerable<WatchPoint> Points()
    {
        for (var day = 0; day < 100; day++)
        {
            var rows = 2000 + (long)(900 * Math.Sin(day / 9.0));
            var quality = 48 + (day < 40 ? 0 : Math.Min(30, (day - 40) * 0.9)) + (4 * Math.Sin(day * 1.7));
            var share = day < 60 ? 0 : day < 70 ? 0.05 : day < 85 ? 0.25 : 1;
            if (share < 1)
            {
                yield return new WatchPoint(Day(day), "bike-demand@1.0.0", "stable", (long)(rows * (1 - share)), rows, 0, 0.8, rows / 2, quality, 0);
            }

            if (share > 0)
            {
                yield return new WatchPoint(Day(day), "bike-demand@1.1.0", share < 1 ? "candidate" : "stable", (long)(rows * share), rows, 0, 0.8, rows / 20, 50 + (3 * Math.Sin(day)), 0);
            }
        }
    }

    /// <summary>One verdict a day on windows of seven days; the first six days tell nothing.</summary>
    public static IEnumerable<WindowVerdict> Verdicts(string segment = "")
    {
        for (var day = 1; day <= 100; day++)
        {
            var known = day >= 7;
            var value = day < 40 ? 49.5 : day < 85 ? Math.Min(78, 49.5 + ((day - 40) * 0.9)) : 51;
            var verdict = !known ? "insufficient data" : value - 4 > 56 ? "worse" : "ok";
            yield return new WindowVerdict(
                Day(day),
                day < 85 ? "bike-demand@1.0.0" : "bike-demand@1.1.0",
                segment,
                new QualityVerdict("rmse", value, value - 4, value + 4, day < 85 ? 48.5 : 50, day < 85 ? 56 : 58, 7000, 0.5, verdict),
                [Drift("temp", known, 0.02 + (day < 30 ? 0 : (day - 30) * 0.008)), Drift("hum", known, 0.08 + (0.05 * Math.Sin(day / 5.0))), Drift("windspeed", known, 0.05), Drift("hr", known, 0.001)],
                !known ? DriftVerdict.InsufficientData : day >= 59 ? DriftVerdict.Drift : DriftVerdict.Ok,
                14_000);
        }
    }

    public static ColumnDrift Drift(string column, bool known, double psi) => new()
    {
        Column = column,
        N = 5000,
        M = known ? 14_000 : 900,
        Psi = psi,
        Kl = psi / 2,
        Chi2 = psi * 1000,
        Chi2P = psi > 0.25 ? 1e-9 : 0.4,
        MeanBaseline = 0.33,
        MeanCurrent = 0.33 + psi,
        Unseen = 0.01,
        Verdict = !known ? DriftVerdict.InsufficientData : psi > 0.25 ? DriftVerdict.Drift : DriftVerdict.Ok,
    };

    public static DeploymentWatch Watch(IEnumerable<WatchPoint>? points = null, IEnumerable<WindowVerdict>? verdicts = null, long dropped = 0) => new(
        "bikes",
        End,
        TimeSpan.FromDays(1),
        TimeSpan.FromDays(7),
        "rmse",
        [.. points ?? Points()],
        [.. verdicts ?? Verdicts()],
        new PredictionLogFigures(201_344, dropped, 0),
        new OutcomeFigures(99_120, 98_000, 1_100, 12, 3, 0, 40, 5));

    public static AlertState Alert(string subject, double day, double? resolved = null, string monitor = "drift", string? sentence = null, string segment = "") => new(
        $"alert-{subject}-{day}",
        "bikes",
        monitor,
        subject,
        segment,
        "bike-demand@1.0.0",
        resolved is null,
        Day(day),
        resolved is { } over ? Day(over) : null,
        sentence ?? $"{subject} drifted: PSI 0.41, 2 160 rows against 5 000; mean 0.33 → 0.61.",
        []);

    public static PipelineRun Retraining(double day, PipelineState state = PipelineState.Succeeded, string version = "1.1.0") => Records.Run(
        state,
        Records.Stage("validate", PipelineState.Succeeded) with { Facts = new JsonObject { ["verdict"] = "pass" } },
        Records.Stage("register", PipelineState.Succeeded) with { Facts = new JsonObject { ["version"] = $"bike-demand@{version}" } },
        Records.Stage("deploy", PipelineState.Succeeded, "1.1.0 is tried beside 1.0.0") with { Facts = new JsonObject { ["rollout"] = "r1" } }) with
    {
        Id = $"run-{day}",
        Trigger = "performance: rmse 66 is worse than 56",
        AsOf = Day(day),
    };

    /// <summary>A canary of two steps on accuracy-like losses, judged apart by workingday.</summary>
    public static RolloutState Rollout(RolloutStatus status = RolloutStatus.Running, int looks = 40) => new()
    {
        Id = "r1",
        Deployment = "bikes",
        Stable = VersionReference.Parse("bike-demand@1.0.0"),
        Candidate = VersionReference.Parse("bike-demand@1.1.0"),
        Plan = new RolloutPlan
        {
            Strategy = "canary",
            Steps = [new CanaryStep(0.05, TimeSpan.FromDays(10)), new CanaryStep(0.25, TimeSpan.FromDays(30))],
            Guardrails = [new Guardrail("absolute_error", new Margin(0.02, true), 0, 500)],
            Segments = ["workingday"],
        },
        Status = status,
        Step = 1,
        Weight = status == RolloutStatus.Promoted ? 1 : status == RolloutStatus.RolledBack ? 0 : 0.25,
        StepStartedAt = Day(70),
        Looks = looks,
        LookedTo = looks > 0 ? Day(60 + (looks * 0.5)) : null,
        Evidence = looks > 0 ? Looks(looks)[^1].Evidence : [],
        Sentence = "Step 2 of 2 (25%): no harm is proven so far, and safety is not proven on absolute_error.",
        StartedAt = Records.Noon,
        StartedBy = "local",
        Origin = "run-59",
    };

    /// <summary>Two looks a day; the candidate errs less.</summary>
    public static IReadOnlyList<RolloutLook> Looks(int count = 40)
    {
        var looks = new List<RolloutLook>();
        var all = LossComparison.Start(new LossMargin(0.02, true));
        var (working, free) = (all, all);
        for (var i = 1; i <= count; i++)
        {
            var weight = i <= 20 ? 0.05 : 0.25;
            var counts = new LossCounts(weight, new Dictionary<int, long> { [20] = (long)(500 * weight), [60] = (long)(200 * weight) }, new Dictionary<int, long> { [30] = (long)(500 * (1 - weight)), [70] = (long)(300 * (1 - weight)) });
            (all, working, free) = (all.Look([counts]), working.Look([counts]), i % 2 == 0 ? free.Look([counts]) : free);
            IReadOnlyList<GuardrailEvidence> evidence =
            [
                new("absolute_error", "", Math.Log(3 / 0.05), Math.Log(1 / 0.05), all),
                new("absolute_error", "workingday=0", Math.Log(3 / 0.05), Math.Log(1 / 0.05), free),
                new("absolute_error", "workingday=1", Math.Log(12 / 0.05), Math.Log(1 / 0.05), working),
            ];
            looks.Add(new RolloutLook(
                "r1", i, Day(60 + (i * 0.5)), weight, [], evidence, i == 20 ? "advance" : "wait", i == 20 ? "No harm is proven after 10 d: absolute_error 48.1 against 55.2. 25% of requests from now on." : "Step 2 of 2 (25%): no harm is proven so far."));
        }

        return looks;
    }

    /// <summary>The view of the watch panel with all of it.</summary>
    public static WatchView View(WatchChoice? choice = null, DeploymentWatch? watch = null) => new()
    {
        Choice = choice ?? WatchChoice.All,
        Watch = watch ?? Watch(),
        Alerts = [Alert("temp", 59), Alert("rmse", 51, 86, "performance", "rmse 61 (95 % interval 57 to 65) is worse than 56 allows.")],
        Marks =
        [
            new TimelineMark(MarkKind.Release, Day(0), "1.0.0", "1.0.0 answers as the first version. By local."),
            new TimelineMark(MarkKind.Alert, Day(51), "rmse", "rmse 61 is worse than 56 allows.") { Until = Day(86) },
            new TimelineMark(MarkKind.Alert, Day(59), "temp", "temp drifted: PSI 0.41.") { Until = End },
            new TimelineMark(MarkKind.Training, Day(59), "1.1.0", "Trained because of performance: rmse 66 is worse than 56."),
            new TimelineMark(MarkKind.Rollout, Day(60), "1.1.0 5%", "1.1.0 begins with 5% of requests."),
            new TimelineMark(MarkKind.Rollout, Day(70), "25%", "No harm is proven after 10 d."),
            new TimelineMark(MarkKind.Decision, Day(85), "promoted", "Safety is proven on every guardrail."),
            new TimelineMark(MarkKind.Release, Day(85), "1.1.0", "1.1.0 answers everybody instead of 1.0.0.") { IsAbout = true },
        ],
        Trainings = TrainingLine.Tell([Retraining(59), Records.Run(PipelineState.Failed, Records.Stage("train", PipelineState.Failed)) with { Error = "The label cnt is constant." }], [Rollout(RolloutStatus.Promoted)]),
        PsiLimit = 0.25,
    };
}
