using CsCheck;
using Slipway.Statistics.Sequential;

namespace Slipway.Core.Tests.Statistics.Sequential;

/// <summary>What makes the evidence valid: no factor may be negative, and on the margin each is 1 in the mean.</summary>
public sealed class LossStakesTests
{
    private static readonly Gen<LossMargin> Margins = Gen.Frequency(
        (4, Gen.Double[0, 1].Select(v => new LossMargin(v, Relative: false))),
        (2, Gen.Double[0, 3].Select(v => new LossMargin(v, Relative: true))),
        (1, Gen.OneOf(new LossMargin(0, false), new LossMargin(0, true), new LossMargin(1, false), new LossMargin(1000, true))));

    private static readonly Gen<double> Weights = Gen.Frequency((6, Gen.Double[0.01, 0.99]), (1, Gen.OneOf(1e-9, 1e-4, 0.5, 1 - 1e-9)));

    private static readonly Gen<int> Edges = Gen.Frequency((2, Gen.Int[0, 256]), (1, Gen.OneOf(0, 256)));

    // Up to a hundred thousand equal losses take the past mean and variance into every corner.
    private static readonly Gen<LossCounts> Pasts = Gen.Select(Weights, Edges, Edges, Gen.Long[0, 100_000], Gen.Long[0, 100]).Select((w, c, s, many, few) => Counts(w, (c, few), (s, many)));

    private static readonly Gen<LossComparison> Comparisons = Gen.Select(Margins, Pasts).Select((margin, past) => LossComparison.Start(margin).Look([past]));

    [Fact]
    public void No_loss_of_either_arm_takes_more_than_nine_tenths_of_an_e_value() =>
        Gen.Select(Comparisons, Weights, Edges, Gen.Bool).Sample(
            (before, weight, edge, candidate) =>
            {
                var after = before.Look([One(weight, edge, candidate)]);

                // The logarithms of the past are as large as 1e5 here, which leaves their differences some 1e-10.
                return Steps(before.Harm, after.Harm).Concat(Steps(before.Safe, after.Safe)).All(step => double.IsFinite(step) && step >= Math.Log(0.1) - 1e-9);
            },
            iter: 20_000);

    [Fact]
    public void Exactly_on_the_margin_every_factor_is_one_in_the_mean() =>
        Gen.Select(Comparisons, Gen.Double[0.01, 0.99], Gen.Double[0, 1]).Sample(
            (before, weight, share) =>
            {
                // Yes or no: the stable version's rate lies anywhere that leaves the candidate's, the margin above it, at 1 or below.
                var margin = before.Margin;
                var stable = share * (margin.Relative ? 1 / (1 + margin.Value) : 1 - margin.Value);
                var candidate = margin.Relative ? stable * (1 + margin.Value) : stable + margin.Value;
                (double Probability, LossComparison After)[] outcomes =
                [
                    (weight * candidate, before.Look([One(weight, 256, candidate: true)])),
                    (weight * (1 - candidate), before.Look([One(weight, 0, candidate: true)])),
                    ((1 - weight) * stable, before.Look([One(weight, 256, candidate: false)])),
                    ((1 - weight) * (1 - stable), before.Look([One(weight, 0, candidate: false)])),
                ];

                return Enumerable.Range(0, before.Harm.Count).All(k =>
                    Math.Abs(outcomes.Sum(o => o.Probability * Math.Exp(o.After.Harm[k] - before.Harm[k])) - 1) < 1e-8
                    && Math.Abs(outcomes.Sum(o => o.Probability * Math.Exp(o.After.Safe[k] - before.Safe[k])) - 1) < 1e-8);
            },
            iter: 5_000);

    [Fact]
    public void With_a_margin_of_the_whole_range_no_loss_counts_against_safety_when_none_could()
    {
        // Before any data m = ½; at w = ½ the difference D lies in −1 … 1, so δ − D is never negative and λ needs no bound.
        var start = LossComparison.Start(new LossMargin(1, Relative: false));

        Assert.All([One(0.5, 0, true), One(0.5, 256, true), One(0.5, 0, false), One(0.5, 256, false)], one => Assert.All(start.Look([one]).Safe, log => Assert.InRange(log, 0, 1)));
    }

    private static IEnumerable<double> Steps(IReadOnlyList<double> before, IReadOnlyList<double> after) => before.Zip(after, (b, a) => a - b);

    private static LossCounts One(double weight, int edge, bool candidate) => candidate ? Counts(weight, (edge, 1), (0, 0)) : Counts(weight, (0, 0), (edge, 1));

    private static LossCounts Counts(double weight, (int Edge, long Count) candidate, (int Edge, long Count) stable) => new(
        weight, new Dictionary<int, long> { [candidate.Edge] = candidate.Count }, new Dictionary<int, long> { [stable.Edge] = stable.Count });
}
