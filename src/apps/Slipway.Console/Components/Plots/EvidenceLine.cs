using Slipway.Console.Reading;
using Slipway.Rollouts.Releases;

namespace Slipway.Console.Components.Plots;

/// <summary>How the evidence on one guardrail in one segment grew, look by look.</summary>
/// <param name="Name">Where it is from: "all requests", "workingday=1".</param>
/// <param name="LogLimit">The natural logarithm of the e-value that proves; the chance of a wrong verdict is shared out, so that segments have higher limits.</param>
/// <param name="Points">The natural logarithm of the e-value by look; null before the first.</param>
public sealed record EvidenceLine(string Name, double LogLimit, IReadOnlyList<(DateTimeOffset At, double? LogE)> Points)
{
    /// <summary>The most lines of a plot: all requests and the segments nearest to proof of harm, the same in every plot, so that a stroke means one of them. The table has the others.</summary>
    public const int Most = 4;

    private const int MostLooks = 240;

    /// <summary>The evidence that the candidate does harm, all requests first.</summary>
    public static IReadOnlyList<EvidenceLine> Harm(IReadOnlyList<RolloutLook> looks, string metric) => Of(looks, metric, e => e.Comparison.LogHarm, e => e.HarmLimit);

    /// <summary>The evidence that it is safe: over all requests, without which nothing passes, and in the segments, which end a step early.</summary>
    public static IReadOnlyList<EvidenceLine> Safe(IReadOnlyList<RolloutLook> looks, string metric) => Of(looks, metric, e => e.Comparison.LogSafe, e => e.SafeLimit);

    private static List<EvidenceLine> Of(IReadOnlyList<RolloutLook> looks, string metric, Func<GuardrailEvidence, double> value, Func<GuardrailEvidence, double> limit)
    {
        if (looks.Count == 0)
        {
            return [];
        }

        // A look counts all that came before it, so the last of neighbours tells the most; the look that decided is the last of all.
        var shown = looks.Chunk((looks.Count + MostLooks - 1) / MostLooks).Select(chunk => chunk[^1]).ToList();
        return
        [
            .. looks[^1].Evidence
                .Where(e => e.Metric == metric)
                .OrderByDescending(e => e.Segment.Length == 0)
                .ThenByDescending(e => e.Comparison.LogHarm - e.HarmLimit)
                .Take(Most)
                .Select(e => new EvidenceLine(
                    RolloutWords.Where(e.Segment),
                    limit(e),
                    [.. shown.Select(l => (l.At, l.Evidence.FirstOrDefault(x => x.Metric == metric && x.Segment == e.Segment) is { } then ? (double?)value(then) : null))])),
        ];
    }
}
