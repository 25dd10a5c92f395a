using System.Globalization;
using Slipway.Core.Projects;
using Slipway.Core.Units;

namespace Slipway.Rollouts.Releases;

/// <summary>Says in one or two sentences, with the numbers, what was decided about a canary and why.</summary>
internal static class RolloutSentences
{
    public static string Harm(RolloutKnowledge known, GuardrailEvidence harm)
    {
        var where = harm.Segment.Length == 0 ? "" : $" where {harm.Segment}";
        return Text($"{harm.Metric} is worse{where}: {Compared(known, harm)}, which is more than the margin of {Guardrail(known, harm).Margin} {Evidence(harm.Comparison.LogHarm, harm.HarmLimit)}.{Worst(known, harm)} {known.Rollout.Candidate} is taken back.");
    }

    // Where a large segment is broken, all requests show it first. Whoever mends it still wants to know where to look.
    private static string Worst(RolloutKnowledge known, GuardrailEvidence harm)
    {
        var worst = harm.Segment.Length > 0 ? null : known.Evidence.Where(e => e.Metric == harm.Metric && e.Segment.Length > 0 && e.Comparison.LogHarm > 0).MaxBy(e => e.Comparison.LogHarm);
        return worst is null ? "" : Text($" Most of it is where {worst.Segment}: {Compared(known, worst)} {Evidence(worst.Comparison.LogHarm, worst.HarmLimit)}.");
    }

    public static string StillHeld(RolloutKnowledge known) => known.IsSafe
        ? Text($"Held at {Share(known.Rollout.Weight)}. Safety has been proven since: `slipway rollout promote {known.Rollout.Deployment}` finishes it.")
        : Text($"Held at {Share(known.Rollout.Weight)}: {Missing(known)}. {Decides(known)}");

    public static string Safe(RolloutKnowledge known) => known.IsLastStep
        ? Text($"Safety is proven on every guardrail: {AllCompared(known)}. {known.Rollout.Candidate} answers everybody.")
        : Text($"Safety is proven on every guardrail: {AllCompared(known)}. {Next(known)}");

    public static string NoHarm(RolloutKnowledge known) =>
        Text($"No harm is proven after {Duration.Format(known.Rollout.Plan.Steps[known.Rollout.Step].For)}: {AllCompared(known)}. {Next(known)}");

    public static string Wait(RolloutKnowledge known) => Text($"{Step(known)}: no harm is proven so far, and {Missing(known)}.");

    public static string Extended(RolloutKnowledge known) => Text($"{Step(known)} ended without a verdict and begins again: {Missing(known)}.");

    public static string GivenUp(RolloutKnowledge known) => Text($"{Step(known)} ended without a verdict: {Missing(known)}. {known.Rollout.Candidate} is taken back.");

    public static string Held(RolloutKnowledge known) => Text($"{Step(known)} ended without a verdict: {Missing(known)}. {Decides(known)}");

    private static string Decides(RolloutKnowledge known) =>
        $"The share stays until somebody runs `slipway rollout promote {known.Rollout.Deployment}` or `slipway rollout rollback {known.Rollout.Deployment}`.";

    private static string Missing(RolloutKnowledge known)
    {
        if (known.Unexposed is { } few)
        {
            var (candidate, stable) = (few.Comparison.Candidate.Count, few.Comparison.Stable.Count);
            return Text($"only {candidate:N0} units of the candidate and {stable:N0} of the stable version were counted for {few.Metric}, where {RolloutDecision.MinUnits} each are the least");
        }

        return known.Unproven is [var first, ..]
            ? Text($"safety is not proven on {first.Metric}: {Compared(known, first)} {Evidence(first.Comparison.LogSafe, first.SafeLimit)}")
            : known.OpenSegment is { } open
            ? Text($"safety is proven over all requests, but on {open.Metric} where {open.Segment} not yet: {Compared(known, open)} {Evidence(open.Comparison.LogSafe, open.SafeLimit)}; the step takes its {Duration.Format(known.Rollout.Plan.Steps[known.Rollout.Step].For)}")
            : "safety is proven on every guardrail";
    }

    private static string Step(RolloutKnowledge known) => Text($"Step {known.Rollout.Step + 1} of {known.Rollout.Plan.Steps.Count} ({Share(known.Rollout.Weight)})");

    private static string Next(RolloutKnowledge known) => Text($"{Share(known.Rollout.Plan.Steps[known.Rollout.Step + 1].Weight)} of requests from now on.");

    private static string AllCompared(RolloutKnowledge known) => string.Join("; ", known.Overall.Select(e => $"{e.Metric} {Compared(known, e)}"));

    private static string Compared(RolloutKnowledge known, GuardrailEvidence evidence)
    {
        var (guardrail, comparison) = (Guardrail(known, evidence), evidence.Comparison);
        return Text($"{MetricText.Value(guardrail, comparison.Candidate.Mean)} against {MetricText.Value(guardrail, comparison.Stable.Mean)} over {comparison.Candidate.Count:N0} and {comparison.Stable.Count:N0} units");
    }

    private static string Evidence(double log, double limit) => Text($"(log evidence {log:0.0} of {limit:0.0})");

    private static Guardrail Guardrail(RolloutKnowledge known, GuardrailEvidence evidence) => known.Rollout.Plan.Guardrails.Single(g => g.Metric == evidence.Metric);

    private static string Share(double weight) => Percent.Format(weight);

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
