using System.Text.Json;
using CsCheck;
using Slipway.Statistics.Drift;

namespace Slipway.Core.Tests.Statistics.Drift;

public sealed class ColumnBinsTests
{
    private static readonly double[] Hundred = [.. Enumerable.Range(1, 100).Select(i => (double)i)];

    [Fact]
    public void A_value_on_an_edge_goes_right_and_the_outer_bins_are_open()
    {
        var bins = ColumnBins.OfNumbers(Hundred);
        var first = bins.Numbers![0];

        Assert.Equal(10, bins.Count);
        Assert.Equal(0, bins.Find(first - 1e-9));
        Assert.Equal(1, bins.Find(first));
        Assert.Equal(0, bins.Find(double.NegativeInfinity));
        Assert.Equal(9, bins.Find(double.PositiveInfinity));
        Assert.Equal(-1, bins.Find(double.NaN));
    }

    [Fact]
    public void An_edge_between_equal_values_is_exactly_that_value() =>
        Assert.Contains(0.1, ColumnBins.OfNumbers([.. Hundred, .. Enumerable.Repeat(0.1, 57)]).Numbers!);

    [Fact]
    public void Twenty_distinct_numbers_have_a_bin_each_and_one_more_makes_ranges()
    {
        var twenty = ColumnBins.OfNumbers([.. Hundred.Take(20), .. Hundred.Take(20), double.NaN]);
        var more = ColumnBins.OfNumbers(Hundred.AsSpan(0, 21));

        Assert.Equal((BinKind.Values, 21), (twenty.Kind, twenty.Count));
        Assert.Equal(BinKind.Edges, more.Kind);
        Assert.Equal(4, twenty.Find(5));
        Assert.Equal(twenty.Other, twenty.Find(5.5));
        Assert.Equal(twenty.Other, twenty.Find(0));
    }

    [Fact]
    public void Text_has_a_bin_for_other_and_one_for_missing()
    {
        var bins = ColumnBins.OfTexts(["b", "a", "b", null]);

        Assert.Equal(["b", "a"], bins.Categories!);
        Assert.Equal((0, 1, 2, 3), (bins.Find("b"), bins.Find("a"), bins.Find("new"), bins.Find((string?)null)));
        Assert.Equal(["b", "a", "other", "missing"], Enumerable.Range(0, bins.Count).Select(bins.Label));
    }

    [Fact]
    public void Of_more_than_two_hundred_categories_the_frequent_ones_are_kept_and_single_ones_are_other()
    {
        var ids = Enumerable.Range(0, 300).Select(i => $"id-{i}");

        var bins = ColumnBins.OfTexts([.. ids, .. Enumerable.Repeat("often", 10)]);
        var many = ColumnBins.OfTexts(Enumerable.Range(0, 300).SelectMany(i => Enumerable.Repeat($"c-{i}", 5 + i)));

        Assert.False(bins.Complete);
        Assert.Equal(["often"], bins.Categories!);
        Assert.Equal(ColumnBins.MaxCategories, many.Categories!.Count);
        Assert.Equal("c-299", many.Categories[0]);
    }

    [Fact]
    public void A_baseline_without_numbers_has_only_other()
    {
        var bins = ColumnBins.OfNumbers([double.NaN, double.PositiveInfinity]);

        Assert.Equal((1, 0), (bins.Count, bins.Find(3.0)));
    }

    [Fact]
    public void Bins_come_back_from_json_as_they_were()
    {
        ColumnBins[] all = [ColumnBins.OfNumbers(Hundred), ColumnBins.OfNumbers([1, 2, 3]), ColumnBins.OfTexts(["a", "b", null])];

        Assert.All(all, bins =>
        {
            var json = JsonSerializer.Serialize(bins, SlipwayJson.Options);
            var read = JsonSerializer.Deserialize<ColumnBins>(json, SlipwayJson.Options)!;

            Assert.Equal(bins, read);
            Assert.Equal(bins.Count, read.Count);
            Assert.Equal(bins.GetHashCode(), read.GetHashCode());
        });
        Assert.Equal("""{"kind":"values","numbers":[1,2,3],"complete":true}""", JsonSerializer.Serialize(all[1], SlipwayJson.Options));
        Assert.NotEqual(all[1], ColumnBins.OfNumbers([1, 2, 4]));
    }

    [Theory]
    [InlineData("""{"kind":"edges","numbers":[2,1],"complete":true}""")]
    [InlineData("""{"kind":"edges","categories":["a"],"complete":true}""")]
    [InlineData("""{"kind":"categories","categories":["a","a"],"complete":true}""")]
    public void Bins_that_make_no_sense_are_refused(string json) =>
        Assert.Throws<ArgumentException>(() => JsonSerializer.Deserialize<ColumnBins>(json, SlipwayJson.Options));

    [Fact]
    public void A_number_has_no_place_among_texts_nor_a_text_among_numbers()
    {
        Assert.Throws<InvalidOperationException>(() => ColumnBins.OfTexts(["a"]).Find(1.0));
        Assert.Throws<InvalidOperationException>(() => ColumnBins.OfNumbers([1]).Find("a"));
    }

    [Fact]
    public void Ranges_are_named_for_people()
    {
        var bins = ColumnBins.OfNumbers(Hundred);

        Assert.Equal(["below 10.9", "10.9 to 20.8", "90.1 or more"], [bins.Label(0), bins.Label(1), bins.Label(9)]);
    }

    [Fact]
    public void A_large_sample_is_sorted_by_bits_as_by_comparing() =>
        Gen.OneOf(Gen.Double, Gen.Double[-1, 1], Gen.Int[-5, 5].Select(i => (double)i), Gen.Int[0, 99].Select(i => 1e15 + i), Gen.Const(double.NegativeInfinity)).Array[4000, 9000].Sample(
            values =>
            {
                var sorted = SortedSample.Of(values).Values.ToArray();
                var expected = values.Where(v => !double.IsNaN(v)).Order().ToArray();
                return expected.SequenceEqual(sorted);
            },
            iter: 40);
}
