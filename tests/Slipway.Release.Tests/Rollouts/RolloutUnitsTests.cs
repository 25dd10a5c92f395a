using Slipway.Rollouts.Releases;

namespace Slipway.Release.Tests.Rollouts;

public sealed class RolloutUnitsTests
{
    private const int Units = 100_000;

    [Theory]
    [InlineData("user-", "")]
    [InlineData("", "")]
    [InlineData("0197a3c4-7e00-7000-8000-", "/0")]
    [InlineData("café 日本 ", " ☔")]
    public void Units_are_spread_evenly_whatever_they_are_called(string before, string after)
    {
        const int Bins = 256;
        foreach (var rollout in new[] { "1", "2", "0197a3c4-7e00-7000-8000-0123456789ab" })
        {
            // High bits decide the assignment; low bits must not be worse, for somebody will use them.
            var (high, low) = (new int[Bins], new int[Bins]);
            for (var i = 0; i < Units; i++)
            {
                var hash = RolloutUnits.Hash(rollout, $"{before}{i}{after}");
                high[hash >> 56]++;
                low[hash & 0xFF]++;
            }

            // Chi-squared with 255 degrees of freedom: mean 255, standard deviation 22.6.
            Assert.InRange(ChiSquared(high), 255 - (5 * 22.6), 255 + (5 * 22.6));
            Assert.InRange(ChiSquared(low), 255 - (5 * 22.6), 255 + (5 * 22.6));
        }
    }

    [Fact]
    public void Rollouts_divide_the_same_units_independently()
    {
        for (var rollout = 0; rollout < 20; rollout++)
        {
            var both = 0;
            for (var i = 0; i < Units; i++)
            {
                both += On($"r{rollout}", i, 0.3) && On($"r{rollout + 1}", i, 0.3) ? 1 : 0;
            }

            var deviation = Math.Sqrt(Units * 0.09 * 0.91);
            Assert.InRange(both, (Units * 0.09) - (5 * deviation), (Units * 0.09) + (5 * deviation));
        }
    }

    [Theory]
    [InlineData(0.001)]
    [InlineData(0.1)]
    [InlineData(0.5)]
    [InlineData(0.99)]
    public void The_candidates_share_is_its_weight(double weight)
    {
        var on = Enumerable.Range(0, Units).Count(i => On("rollout", i, weight));

        var deviation = Math.Sqrt(Units * weight * (1 - weight));
        Assert.InRange(on, (Units * weight) - (5 * deviation), (Units * weight) + (5 * deviation));
    }

    [Fact]
    public void A_unit_enters_once_as_the_weight_grows_and_nobody_is_on_at_0_or_off_at_1()
    {
        for (var i = 0; i < 1000; i++)
        {
            var weights = Enumerable.Range(0, 101).Select(w => On("rollout", i, w / 100.0)).ToList();

            Assert.Equal(weights.Order(), weights);
            Assert.False(weights[0]);
            Assert.True(weights[100]);
        }
    }

    // Replicas of different builds divide alike, and a record can be checked years later.
    [Theory]
    [InlineData("rollout", "user-7")]
    [InlineData("rollout", "日本")]
    public void The_hash_is_XXH3_of_the_rollout_a_zero_and_the_unit(string rollout, string unit) =>
        Assert.Equal(System.IO.Hashing.XxHash3.HashToUInt64(System.Text.Encoding.UTF8.GetBytes($"{rollout}\0{unit}")), RolloutUnits.Hash(rollout, unit));

    [Fact]
    public void A_unit_of_any_length_is_taken()
    {
        var long1 = new string('x', 5000);

        Assert.NotEqual(RolloutUnits.Hash("rollout", long1), RolloutUnits.Hash("rollout", long1 + "y"));
        Assert.NotEqual(0UL, RolloutUnits.Hash("rollout", ""));
    }

    private static bool On(string rollout, int unit, double weight) => RolloutUnits.IsCandidate(RolloutUnits.Hash(rollout, $"user-{unit}"), weight);

    private static double ChiSquared(int[] counts)
    {
        var expected = (double)counts.Sum() / counts.Length;
        return counts.Sum(c => (c - expected) * (c - expected) / expected);
    }
}
