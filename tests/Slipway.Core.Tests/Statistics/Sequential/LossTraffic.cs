using Slipway.Statistics;
using Slipway.Statistics.Sequential;

namespace Slipway.Core.Tests.Statistics.Sequential;

/// <summary>Live traffic in miniature: units assigned at random, their losses, and a look after every batch.</summary>
/// <param name="Margin">How much worse is still good.</param>
/// <param name="Weight">The candidate's weight at a moment of the rollout, 0 … 1.</param>
/// <param name="Edge">Draws an edge for the candidate (true) or the stable version at a moment.</param>
/// <param name="Looks">At most so many.</param>
/// <param name="Batch">Units a look.</param>
internal sealed record LossTraffic(LossMargin Margin, Func<double, double> Weight, Func<SeededRandom, bool, double, int> Edge, int Looks, int Batch)
{
    /// <summary>5 %, then 25 %, then 50 %: a third of the looks each.</summary>
    public static double Steps(double moment) => moment < 1.0 / 3 ? 0.05 : moment < 2.0 / 3 ? 0.25 : 0.5;

    /// <summary>Losses of yes or no.</summary>
    public static Func<SeededRandom, bool, double, int> YesOrNo(Func<double, double> stable, Func<double, double> candidate) =>
        (random, arm, moment) => random.NextDouble() < (arm ? candidate(stable(moment)) : stable(moment)) ? LossBins.Edges : 0;

    /// <summary>Losses between 0 and 1, most of them small, rounded as those of a live system are.</summary>
    public static Func<SeededRandom, bool, double, int> Graded(double largest, Func<double, double> candidate) => (random, arm, _) =>
    {
        var root = random.NextDouble();
        var loss = largest * root * root;
        return LossBins.Round(arm ? candidate(loss) : loss, random.NextBits().ToString("x", null));
    };

    /// <summary>Looks until <paramref name="done"/> or the end; returns the last comparison and how many units it took.</summary>
    public (LossComparison Last, int Units) Run(long seed, Func<LossComparison, bool> done)
    {
        var random = new SeededRandom(seed);
        var comparison = LossComparison.Start(Margin);
        for (var look = 0; look < Looks; look++)
        {
            var moment = look / (double)Looks;
            var weight = Weight(moment);
            var (candidate, stable) = (new Dictionary<int, long>(), new Dictionary<int, long>());
            for (var i = 0; i < Batch; i++)
            {
                var arm = random.NextDouble() < weight;
                var counts = arm ? candidate : stable;
                var edge = Edge(random, arm, moment);
                counts[edge] = counts.GetValueOrDefault(edge) + 1;
            }

            comparison = comparison.Look([new LossCounts(weight, candidate, stable)]);
            if (done(comparison))
            {
                return (comparison, (look + 1) * Batch);
            }
        }

        return (comparison, int.MaxValue);
    }
}
