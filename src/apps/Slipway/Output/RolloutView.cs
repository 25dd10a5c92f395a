using System.Globalization;
using Slipway.Core.Units;
using Slipway.Rollouts.Releases;
using Spectre.Console;

namespace Slipway.Output;

/// <summary>Shows rollouts within 80 columns.</summary>
internal static class RolloutView
{
    // More would push what matters off the screen; `--json` has them all.
    private const int MaxSegments = 10;

    /// <summary>One rollout with its evidence.</summary>
    public static void Show(Terminal terminal, RolloutState rollout)
    {
        foreach (var line in Head(rollout))
        {
            terminal.Say(line);
        }

        ShowEvidence(terminal, rollout);
    }

    /// <summary>What a rollout is, and how it stands.</summary>
    public static IEnumerable<string> Head(RolloutState rollout)
    {
        yield return $"{rollout.Deployment}: {rollout.Candidate}{(rollout.Stable is null ? "" : $" after {rollout.Stable}")}, {Status(rollout)}";
        if (rollout.EndedAt is null && rollout.Plan.Steps.Count > 0)
        {
            var since = rollout.StepStartedAt is { } at ? $"since {Time(at)}" : "waits for its first evidence";
            yield return $"step {rollout.Step + 1} of {rollout.Plan.Steps.Count}, {Percent.Format(rollout.Weight)} of requests, {since}";
        }

        if (rollout.LookedTo is { } looked)
        {
            yield return $"{Count(rollout.Looks)} looks, the last at {Time(looked)} (event time, UTC)";
        }

        yield return rollout.Sentence;
    }

    /// <summary>One line a rollout.</summary>
    public static void ShowAll(Terminal terminal, IReadOnlyList<RolloutState> rollouts)
    {
        if (rollouts.Count == 0)
        {
            terminal.Say("No version has been rolled out yet. `slipway deploy MODEL@VERSION --strategy canary` begins with one.");
            return;
        }

        var table = new Table().Border(TableBorder.Simple).AddColumn("deployment").AddColumn(new TableColumn("candidate").NoWrap()).AddColumn("status");
        foreach (var column in new[] { "step", "share", "looks" })
        {
            table.AddColumn(new TableColumn(column).RightAligned());
        }

        foreach (var rollout in rollouts)
        {
            table.AddRow(
                Markup.Escape(rollout.Deployment),
                Markup.Escape($"{rollout.Candidate}"),
                Status(rollout),
                rollout.Plan.Steps.Count == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"{rollout.Step + 1}/{rollout.Plan.Steps.Count}"),
                Percent.Format(rollout.Weight),
                Count(rollout.Looks));
        }

        terminal.People.Write(table);
    }

    /// <summary>What is known about each guardrail, with a word on how to read it; nothing where nothing is compared.</summary>
    public static void ShowEvidence(Terminal terminal, RolloutState rollout)
    {
        if (rollout.Evidence.Count == 0)
        {
            return;
        }

        terminal.People.Write(Evidence(rollout));
        terminal.Say("units: candidate/stable; harm, safe: log e-value/what proves it");
        if (rollout.Evidence.GroupBy(e => e.Metric).Sum(metric => Math.Max(0, metric.Count() - 1 - MaxSegments)) is > 0 and var left)
        {
            terminal.Say($"{left} more segments are further from proof of harm; --json has them.");
        }
    }

    /// <summary>A row for each guardrail, and below it those for the segments that are nearest to proof of harm.</summary>
    public static Table Evidence(RolloutState rollout)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumn("guardrail");
        foreach (var column in new[] { "units", "candidate", "stable", "harm", "safe" })
        {
            table.AddColumn(new TableColumn(column).RightAligned());
        }

        foreach (var overall in rollout.Evidence.Where(e => e.Segment.Length == 0))
        {
            AddRow(table, rollout, overall, overall.Metric);
            var segments = rollout.Evidence.Where(e => e.Metric == overall.Metric && e.Segment.Length > 0).OrderByDescending(e => e.Comparison.LogHarm - e.HarmLimit);
            foreach (var segment in segments.Take(MaxSegments))
            {
                AddRow(table, rollout, segment, $"  {segment.Segment}");
            }
        }

        return table;
    }

    /// <summary>A rollout as one line.</summary>
    public static string Line(RolloutState rollout) =>
        $"{(rollout.LookedTo is { } at ? Time(at) : "no evidence yet"),-16}  {Percent.Format(rollout.Weight),5}  {Status(rollout),-11}  {rollout.Sentence}";

    private static void AddRow(Table table, RolloutState rollout, GuardrailEvidence evidence, string name)
    {
        var guardrail = rollout.Plan.Guardrails.Single(g => g.Metric == evidence.Metric);
        var comparison = evidence.Comparison;
        table.AddRow(
            Markup.Escape(name),
            $"{Count(comparison.Candidate.Count)}/{Count(comparison.Stable.Count)}",
            MetricText.Value(guardrail, comparison.Candidate.Mean),
            MetricText.Value(guardrail, comparison.Stable.Mean),
            Evidence(comparison.LogHarm, evidence.HarmLimit),
            Evidence(comparison.LogSafe, evidence.SafeLimit));
    }

    private static string Status(RolloutState rollout) => rollout.Status switch
    {
        RolloutStatus.Promoted => "promoted",
        RolloutStatus.RolledBack => "rolled back",
        RolloutStatus.Held => "held",
        _ => "running",
    };

    private static string Evidence(double log, double limit) => string.Create(CultureInfo.InvariantCulture, $"{log:0.0}/{limit:0.0}");

    private static string Time(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);

    private static string Count(long count) => count switch
    {
        >= 10_000_000 => string.Create(CultureInfo.InvariantCulture, $"{count / 1e6:0}M"),
        >= 100_000 => string.Create(CultureInfo.InvariantCulture, $"{count / 1e3:0}k"),
        _ => count.ToString("N0", CultureInfo.InvariantCulture),
    };
}
