using Slipway.Core.Projects;
using Slipway.Statistics.Sequential;

namespace Slipway.Rollouts.Releases;

/// <summary>Takes new counts into what is known about each guardrail, overall and in each segment.</summary>
/// <remarks>
/// <para>Harm is proven as soon as one comparison proves it, so the comparisons share the plan's α, and the shares add up to α at most whatever traffic brings. Without segments each of G guardrails
/// gets α/G. With segments, half of that goes to all requests, and the k-th segment value to appear gets the other half times 1/(k(k+1)), which adds up to 1 over all k: alpha spending over a family
/// whose size nobody knows beforehand (weighted Bonferroni; Foster and Stine, JRSS B 2008). A share is fixed by the order in which values appear, never by how they fare.</para>
/// <para>Safety needs every comparison to prove it, so no share is taken off: each gets the whole α (intersection-union test; Berger, Technometrics 1982).</para>
/// </remarks>
internal static class EvidenceFold
{
    /// <summary>How many segment values of a guardrail are judged apart; later ones count among all requests only. State and looks would otherwise grow with the traffic's variety.</summary>
    public const int MaxSegments = 100;

    /// <summary>What is known before any data: every guardrail, overall.</summary>
    public static IReadOnlyList<GuardrailEvidence> Start(RolloutPlan plan) => [.. plan.Guardrails.Select(guardrail => New(plan, guardrail, "", 0))];

    /// <summary>The counts that say something: of a guardrail, while both versions answered, overall or in a segment that the plan names.</summary>
    public static IReadOnlyList<EvidenceCounts> Relevant(RolloutPlan plan, IReadOnlyList<EvidenceCounts> counts) =>
        [.. counts.Where(c => c.Weight is > 0 and < 1 && plan.Guardrails.Any(g => g.Metric == c.Metric) && IsJudged(plan, c.Segment))];

    /// <summary>Adds relevant counts. Overall stands before the segments, and these in the order in which they appeared (by name within one slot).</summary>
    public static IReadOnlyList<GuardrailEvidence> Add(RolloutPlan plan, IReadOnlyList<GuardrailEvidence> evidence, IReadOnlyList<EvidenceCounts> counts)
    {
        var known = evidence.ToList();
        foreach (var group in counts.GroupBy(c => (c.Metric, c.Segment)).OrderBy(g => g.Key.Segment, StringComparer.Ordinal))
        {
            var at = known.FindIndex(e => e.Metric == group.Key.Metric && e.Segment == group.Key.Segment);
            if (at < 0)
            {
                var segments = known.Count(e => e.Metric == group.Key.Metric && e.Segment.Length > 0);
                if (segments == MaxSegments)
                {
                    continue;
                }

                at = known.Count;
                known.Add(New(plan, plan.Guardrails.Single(g => g.Metric == group.Key.Metric), group.Key.Segment, segments + 1));
            }

            known[at] = known[at] with { Comparison = known[at].Comparison.Look([.. group.Select(c => new LossCounts(c.Weight, c.Candidate, c.Stable))]) };
        }

        return known;
    }

    private static GuardrailEvidence New(RolloutPlan plan, Guardrail guardrail, string segment, int order) => new(
        guardrail.Metric,
        segment,
        EValue.LogLimit(plan.Alpha * HarmShare(plan, order)),
        EValue.LogLimit(plan.Alpha),
        LossComparison.Start(new LossMargin(guardrail.Margin.Value, guardrail.Margin.Relative)));

    /// <summary>The share of α of one comparison: <paramref name="order"/> 0 is all requests, k the k-th segment value.</summary>
    private static double HarmShare(RolloutPlan plan, int order)
    {
        var guardrail = 1.0 / plan.Guardrails.Count;
        return plan.Segments.Count == 0 ? guardrail
            : order == 0 ? guardrail / 2
            : guardrail / 2 / order / (order + 1);
    }

    private static bool IsJudged(RolloutPlan plan, string segment)
    {
        var end = segment.IndexOf('=', StringComparison.Ordinal);
        return segment.Length == 0 || (end > 0 && plan.Segments.Contains(segment[..end]));
    }
}
