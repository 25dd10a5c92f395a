namespace Slipway.Rollouts.Releases;

/// <summary>What was known about one guardrail in one segment when something was decided.</summary>
/// <param name="Metric">The guardrail's metric.</param>
/// <param name="Segment">Empty for all requests, else <c>workingday=1</c>.</param>
/// <param name="CandidateUnits">Units of the candidate: callers, or requests without a caller's key.</param>
/// <param name="StableUnits">Units of the stable version.</param>
/// <param name="CandidateLoss">The candidate's mean loss, 0 … 1 of the metric's range; null without units.</param>
/// <param name="StableLoss">The stable version's mean loss.</param>
/// <param name="Difference">The first less the second; null where one is missing.</param>
/// <param name="LogHarm">The natural logarithm of the evidence of harm.</param>
/// <param name="HarmLimit">What it must reach to prove harm.</param>
/// <param name="LogSafe">The natural logarithm of the evidence of safety.</param>
/// <param name="SafeLimit">What it must reach to prove safety.</param>
public sealed record GuardrailFigures(
    string Metric,
    string Segment,
    long CandidateUnits,
    long StableUnits,
    double? CandidateLoss,
    double? StableLoss,
    double? Difference,
    double LogHarm,
    double HarmLimit,
    double LogSafe,
    double SafeLimit)
{
    /// <summary>The figures of all requests for each guardrail, and those of <paramref name="cause"/>.</summary>
    internal static IReadOnlyList<GuardrailFigures> Of(IEnumerable<GuardrailEvidence> evidence, GuardrailEvidence? cause) =>
        [.. evidence.Where(e => e.Segment.Length == 0 || (e.Metric == cause?.Metric && e.Segment == cause.Segment)).Select(Of)];

    private static GuardrailFigures Of(GuardrailEvidence evidence) => new(
        evidence.Metric,
        evidence.Segment,
        evidence.Comparison.Candidate.Count,
        evidence.Comparison.Stable.Count,
        evidence.Comparison.Candidate.Mean,
        evidence.Comparison.Stable.Mean,
        evidence.Comparison.Difference,
        evidence.Comparison.LogHarm,
        evidence.HarmLimit,
        evidence.Comparison.LogSafe,
        evidence.SafeLimit);
}
