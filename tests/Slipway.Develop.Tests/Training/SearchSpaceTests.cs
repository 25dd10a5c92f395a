using System.Globalization;
using CsCheck;
using Slipway.Core.Projects;
using Slipway.Training;

namespace Slipway.Develop.Tests.Training;

public sealed class SearchSpaceTests
{
    private static readonly Dictionary<string, string> Nothing = [];

    [Fact]
    public void Values_stay_in_their_range_and_whole_numbers_stay_whole() =>
        Gen.Select(Gen.Double[0, 100], Gen.Double[0, 1000], Gen.Bool, Gen.Int).Sample((low, width, whole, seed) =>
        {
            var range = whole ? new SearchRange(Math.Floor(low), Math.Floor(low) + Math.Floor(width), true) : new SearchRange(low, low + width, false);
            return Values(range, 20, seed).All(v => v >= range.Low && v <= range.High && (!whole || v == Math.Floor(v)));
        });

    [Fact]
    public void A_range_over_a_factor_of_ten_is_searched_by_orders_of_magnitude()
    {
        var values = Values(new SearchRange(0.001, 1, false), 3000, seed: 1);

        // A third of the draws per factor of ten; four standard deviations are 0.034.
        Assert.InRange(values.Count(v => v < 0.01) / 3000.0, 0.299, 0.367);
        Assert.InRange(values.Count(v => v >= 0.1) / 3000.0, 0.299, 0.367);
    }

    [Fact]
    public void A_narrower_range_is_searched_evenly_with_both_ends()
    {
        var values = Values(new SearchRange(2, 6, true), 5000, seed: 1);

        // A fifth each; four standard deviations are 0.023.
        Assert.All(Enumerable.Range(2, 5), v => Assert.InRange(values.Count(x => x == v) / 5000.0, 0.177, 0.223));
    }

    [Fact]
    public void More_trials_begin_with_the_same_ones_and_the_seed_decides()
    {
        var range = new SearchRange(1, 1000, true);

        Assert.Equal(Values(range, 5, seed: 3), Values(range, 10, seed: 3).Take(5));
        Assert.NotEqual(Values(range, 5, seed: 3), Values(range, 5, seed: 4));
    }

    [Fact]
    public void The_first_trial_takes_the_given_values_only_when_all_are_given()
    {
        var search = new SearchSection(2, new Dictionary<string, SearchRange> { ["a"] = new(1, 9, true), ["b"] = new(1, 9, true) });

        Assert.Equal("77", SearchSpace.Draw(search, new Dictionary<string, string> { ["a"] = "77", ["b"] = "78" }, 1)[0]["a"]);
        Assert.NotEqual("77", SearchSpace.Draw(search, new Dictionary<string, string> { ["a"] = "77" }, 1)[0]["a"]);
    }

    private static List<double> Values(SearchRange range, int trials, int seed) =>
        [.. SearchSpace.Draw(new SearchSection(trials, new Dictionary<string, SearchRange> { ["x"] = range }), Nothing, seed).Select(t => double.Parse(t["x"], CultureInfo.InvariantCulture))];
}
