using System.Text.Json;
using Slipway.Statistics.Sequential;

namespace Slipway.Core.Tests.Statistics.Sequential;

public sealed class LossComparisonTests
{
    private static readonly LossHistory[] Histories = LossData.Read().Histories;

    public static TheoryData<string> Names => [.. Histories.Select(h => h.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Counters_give_after_every_look_what_numpy_gives_observation_by_observation(string name)
    {
        var history = Histories.Single(h => h.Name == name);
        var comparison = LossComparison.Start(history.Margin);
        for (var look = 0; look < history.Looks.Length; look++)
        {
            comparison = comparison.Look(LossData.Count(history.Look(look)));

            var expected = history.After[look];
            Assert.All(expected.Harm.Zip(comparison.Harm), p => AssertClose(p.First, p.Second));
            Assert.All(expected.Safe.Zip(comparison.Safe), p => AssertClose(p.First, p.Second));
            AssertClose(expected.LogHarm, comparison.LogHarm);
            AssertClose(expected.LogSafe, comparison.LogSafe);
            AssertClose(expected.Candidate, comparison.Candidate.Mean);
            AssertClose(expected.Stable, comparison.Stable.Mean);
            AssertClose(expected.Candidate - expected.Stable, comparison.Difference);
        }
    }

    [Fact]
    public void Two_looks_of_one_observation_worked_out_by_hand()
    {
        var start = LossComparison.Start(new LossMargin(0.1, Relative: false));

        // m = 1/2 and v = 1/4, so s² = 1/4 · 4 = 1 and λ = d/(1 + d²), far below the bound of 0.9/(0.1 + 1); the candidate's loss of 1 has D = (1 − 1/2)/0.5 = 1.
        var first = start.Look([new LossCounts(0.5, new Dictionary<int, long> { [256] = 1 }, new Dictionary<int, long>())]);
        Assert.Equal(Math.Log(1 + (0.1 / 1.01 * (1 - 0.1))), first.Harm[^1], 14);
        Assert.Equal(Math.Log(1 + (0.1 / 1.01 * (0.1 - 1))), first.Safe[^1], 14);

        // Now m = (1/2 + 1)/2 = 3/4, v = 3/4 − 9/16 = 3/16 and s² = 3/4; the stable version's loss of 0 has D = −(0 − 3/4)/0.5 = 1.5.
        var second = first.Look([new LossCounts(0.5, new Dictionary<int, long>(), new Dictionary<int, long> { [0] = 1 })]);
        Assert.Equal(first.Harm[^1] + Math.Log(1 + (0.1 / 0.76 * 1.4)), second.Harm[^1], 14);
        Assert.Equal(1, second.Difference);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Counters_of_two_replicas_give_the_very_state_that_one_process_gives(string name)
    {
        var history = Histories.Single(h => h.Name == name);
        var (one, two) = (LossComparison.Start(history.Margin), LossComparison.Start(history.Margin));
        for (var look = 0; look < history.Looks.Length; look++)
        {
            var observations = history.Look(look);
            one = one.Look(LossData.Count(observations));
            two = two.Look([.. LossData.Count(observations.Where((_, i) => i % 3 != 0).Reverse()), .. LossData.Count(observations.Where((_, i) => i % 3 == 0))]);
        }

        Assert.Equal(one, two);
    }

    [Fact]
    public void Observations_of_one_look_may_come_in_any_order_but_a_look_more_changes_the_stakes()
    {
        var history = Histories.Single(h => h.Name == "graded, absolute");
        var observations = history.Look(0);
        var start = LossComparison.Start(history.Margin);

        var together = start.Look(LossData.Count(observations));
        var apart = observations.Aggregate(start, (c, o) => c.Look(LossData.Count([o])));

        Assert.Equal(together, start.Look(LossData.Count(observations.Reverse())));
        Assert.Equal((together.Candidate, together.Stable), (apart.Candidate, apart.Stable));
        Assert.NotEqual(together.Harm, apart.Harm);
    }

    [Fact]
    public void A_look_without_anything_new_changes_nothing()
    {
        var start = LossComparison.Start(new LossMargin(0.1, Relative: true));
        var after = start.Look([new LossCounts(0.2, new Dictionary<int, long> { [3] = 4 }, new Dictionary<int, long> { [5] = 2, [6] = 0 })]);

        Assert.Equal(start, start.Look([]));
        Assert.Equal(after, after.Look([new LossCounts(0.4, new Dictionary<int, long>(), new Dictionary<int, long>())]));
    }

    [Fact]
    public void Before_any_data_there_is_no_evidence_and_no_mean()
    {
        var start = LossComparison.Start(new LossMargin(0.1, Relative: true));

        Assert.Equal((0, 0), (start.LogHarm, start.LogSafe));
        Assert.Equal(default, (start.Candidate.Mean, start.Stable.Mean, start.Difference));
    }

    [Fact]
    public void A_comparison_comes_back_from_json_and_goes_on_as_if_it_had_not_been_away()
    {
        var history = Histories.Single(h => h.Name == "yes or no, relative");
        var kept = LossComparison.Start(history.Margin);
        var stored = kept;
        for (var look = 0; look < history.Looks.Length; look++)
        {
            stored = JsonSerializer.Deserialize<LossComparison>(JsonSerializer.Serialize(stored, SlipwayJson.Options), SlipwayJson.Options)!;
            Assert.Equal(kept, stored);
            kept = kept.Look(LossData.Count(history.Look(look)));
            stored = stored.Look(LossData.Count(history.Look(look)));
        }
    }

    [Fact]
    public void Its_json_is_plain_numbers_and_arrays()
    {
        var comparison = LossComparison.Start(new LossMargin(0.25, Relative: false)).Look([new LossCounts(0.5, new Dictionary<int, long> { [128] = 2 }, new Dictionary<int, long>())]);

        var json = JsonSerializer.SerializeToElement(comparison with { Harm = new double[12], Safe = new double[12] }, SlipwayJson.Options);

        Assert.Equal(
            """{"margin":{"value":0.25,"relative":false},"candidate":{"count":2,"sum":256,"sumOfSquares":32768,"mean":0.5},"stable":{"count":0,"sum":0,"sumOfSquares":0}"""
            + ""","harm":[0,0,0,0,0,0,0,0,0,0,0,0],"safe":[0,0,0,0,0,0,0,0,0,0,0,0],"logHarm":0,"logSafe":0}""",
            json.GetRawText());
    }

    [Fact]
    public void Evidence_beyond_the_largest_number_stays_a_number()
    {
        var counts = new LossCounts(0.5, new Dictionary<int, long> { [256] = 1_000_000_000 }, new Dictionary<int, long> { [0] = 1_000_000_000 });

        var comparison = LossComparison.Start(new LossMargin(0, Relative: false)).Look([counts]).Look([counts]);

        Assert.InRange(comparison.LogHarm, 1e6, 1e10);
        Assert.InRange(comparison.LogSafe, -1e10, -1e6);
    }

    [Theory]
    [InlineData(0, 1, 1)]
    [InlineData(1, 1, 1)]
    [InlineData(double.NaN, 1, 1)]
    [InlineData(0.5, 257, 1)]
    [InlineData(0.5, -1, 1)]
    [InlineData(0.5, 1, -1)]
    public void Counts_that_cannot_be_are_refused(double weight, int edge, long count)
    {
        var start = LossComparison.Start(new LossMargin(0.1, Relative: false));
        var none = new Dictionary<int, long>();
        var wrong = new Dictionary<int, long> { [edge] = count };

        Assert.ThrowsAny<ArgumentException>(() => start.Look([new LossCounts(weight, wrong, none)]));
        Assert.ThrowsAny<ArgumentException>(() => start.Look([new LossCounts(weight, none, wrong)]));
    }

    [Theory]
    [InlineData(-0.01, true)]
    [InlineData(-0.01, false)]
    [InlineData(1.01, false)]
    [InlineData(1001, true)]
    [InlineData(double.NaN, true)]
    [InlineData(double.NaN, false)]
    [InlineData(double.PositiveInfinity, true)]
    public void A_margin_that_means_nothing_is_refused(double value, bool relative) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new LossMargin(value, relative));

    [Fact]
    public void A_stored_state_of_another_shape_is_refused() =>
        Assert.Throws<ArgumentException>(() => LossComparison.Start(new LossMargin(0.1, Relative: true)) with { Safe = new double[3] });

    private static void AssertClose(double? expected, double? actual)
    {
        Assert.Equal(expected.HasValue, actual.HasValue);
        if (expected is { } value)
        {
            Assert.Equal(value, actual!.Value, 1e-11 * Math.Max(1, Math.Abs(value)));
        }
    }
}
