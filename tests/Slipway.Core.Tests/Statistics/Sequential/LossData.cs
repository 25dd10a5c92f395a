using System.Text.Json;
using Slipway.Statistics.Sequential;

namespace Slipway.Core.Tests.Statistics.Sequential;

/// <summary>What <c>Data/generate_loss_comparison.py</c> computed, one observation at a time.</summary>
internal sealed record LossData(LossHistory[] Histories, LossRounding[] Roundings)
{
    public static LossData Read() => JsonSerializer.Deserialize<LossData>(
        File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Statistics", "Data", "loss-comparison.json")), SlipwayJson.Options)!;

    /// <summary>The counters of observations, one entry a weight.</summary>
    public static LossCounts[] Count(IEnumerable<LossObservation> observations) =>
    [
        .. observations.GroupBy(o => o.Weight).Select(epoch => new LossCounts(
            epoch.Key, epoch.Where(o => o.Candidate).CountBy(o => o.Edge).ToDictionary(p => p.Key, p => (long)p.Value), epoch.Where(o => !o.Candidate).CountBy(o => o.Edge).ToDictionary(p => p.Key, p => (long)p.Value))),
    ];
}

internal sealed record LossRounding(double Y, string Id, int Edge);

internal sealed record LossObservation(double Weight, bool Candidate, int Edge);

/// <param name="Name">What is special about it.</param>
/// <param name="Margin">How much worse is still good.</param>
/// <param name="Looks">The observations of each look: weight, 1 for the candidate, edge.</param>
/// <param name="After">The state after each.</param>
internal sealed record LossHistory(string Name, LossMargin Margin, double[][][] Looks, LossAfter[] After)
{
    public LossObservation[] Look(int index) => [.. Looks[index].Select(o => new LossObservation(o[0], o[1] == 1, (int)o[2]))];
}

internal sealed record LossAfter(double[] Harm, double[] Safe, double LogHarm, double LogSafe, double? Candidate, double? Stable);
