using System.Text.Json;
using CsCheck;
using Slipway.Statistics.Drift;

namespace Slipway.Core.Tests.Statistics.Drift;

public sealed class ColumnCountsTests
{
    private static readonly ColumnBins Numbers = ColumnBins.OfNumbers([.. Enumerable.Range(0, 50).Select(i => (double)i)]);
    private static readonly ColumnBins Texts = ColumnBins.OfTexts(["a", "b", "c", null]);

    private static readonly Gen<double[]> Values = Gen.OneOf(Gen.Double[-10, 60], Gen.Const(double.NaN)).Array[0, 80];

    [Fact]
    public void Shards_add_up_to_the_counts_of_one_pass() =>
        Gen.Select(Values, Values, Values).Sample((a, b, c) =>
        {
            var merged = Counted(a);
            merged.Merge(Counted(b));
            merged.Merge(Counted(c));
            var single = Counted([.. a, .. b, .. c]);
            return merged.Counts.SequenceEqual(single.Counts)
                && (merged.Rows, merged.Missing, merged.Numbers, merged.Min, merged.Max) == (single.Rows, single.Missing, single.Numbers, single.Min, single.Max)
                && Math.Abs(merged.Mean - single.Mean) <= 1e-9 * (1 + Math.Abs(single.Mean))
                && Math.Abs(merged.M2 - single.M2) <= 1e-9 * (1 + single.M2);
        });

    [Fact]
    public void Many_numbers_at_once_are_counted_as_one_by_one()
    {
        var any = Gen.Frequency(
            (40, Gen.Int[-5, 60].Select(i => (double)i)), (40, Gen.Double[-10, 60]), (1, Gen.Const(double.NaN)), (1, Gen.Const(double.PositiveInfinity)), (1, Gen.Const(double.MaxValue)));
        var finite = Gen.OneOf(Gen.Int[-5, 60].Select(i => (double)i), Gen.Double[-10, 60]);
        var baseline = Gen.OneOf(Gen.Int[0, 9], Gen.Int[0, 60]).Select(i => (double)i).Array[1, 80];
        Gen.Select(baseline, Gen.OneOf(finite.Array[0, 1200], any.Array[0, 700]), finite.Array[0, 9]).Sample((of, values, later) =>
        {
            var bins = ColumnBins.OfNumbers(of);
            var (single, many) = (new ColumnCounts(bins), new ColumnCounts(bins));
            many.AddRange(values);
            many.AddRange(later);
            foreach (var value in values.Concat(later))
            {
                single.Add(value);
            }

            var places = new int[values.Length];
            bins.Find(values, places);
            return places.SequenceEqual(values.Select(v => bins.Find(v)))
                && many.Counts.SequenceEqual(single.Counts)
                && (many.Rows, many.Missing, many.Unseen, many.Numbers, many.Min, many.Max) == (single.Rows, single.Missing, single.Unseen, single.Numbers, single.Min, single.Max)
                && (many.Pairs, many.SamePairs, many.BinPairs, many.BinProducts) == (single.Pairs, single.SamePairs, single.BinPairs, single.BinProducts)
                && Near(many.Mean, single.Mean) && Near(many.M2, single.M2);
        });

        // Beyond the largest number nothing can be said of the moments.
        static bool Near(double a, double b) => !double.IsFinite(a) || !double.IsFinite(b) || Math.Abs(a - b) <= 1e-9 * (1 + Math.Abs(b));
    }

    [Fact]
    public void A_sorted_sample_is_counted_as_its_rows_are() =>
        Gen.Select(Values, Gen.OneOf(Gen.Int[0, 9], Gen.Int[0, 60]).Select(i => (double)i).Array[1, 80], Gen.Double[0, 20].Select(Math.Floor).Array[0, 80]).Sample((values, baseline, wholes) =>
        {
            var current = (double[])[.. values, .. wholes, double.PositiveInfinity, double.NegativeInfinity];
            var bins = ColumnBins.OfNumbers(baseline);
            var (single, sorted) = (new ColumnCounts(bins), new ColumnCounts(bins));
            single.AddRange(current);
            sorted.AddSample(SortedSample.Of(current), current.Count(double.IsNaN));
            return sorted.Counts.SequenceEqual(single.Counts)
                && (sorted.Rows, sorted.Missing, sorted.Unseen, sorted.Numbers, sorted.Min, sorted.Max) == (single.Rows, single.Missing, single.Unseen, single.Numbers, single.Min, single.Max)
                && Math.Abs(sorted.Mean - single.Mean) <= 1e-9 * (1 + Math.Abs(single.Mean))
                && Math.Abs(sorted.M2 - single.M2) <= 1e-9 * (1 + single.M2);
        });

    [Fact]
    public void Counts_come_back_from_json_as_they_were() =>
        Values.Sample(values =>
        {
            var data = Counted(values).ToData();
            var json = JsonSerializer.Serialize(data, SlipwayJson.Options);
            var read = ColumnCounts.Of(Numbers, JsonSerializer.Deserialize<ColumnCountsData>(json, SlipwayJson.Options)!).ToData();
            return json == JsonSerializer.Serialize(read, SlipwayJson.Options);
        });

    [Fact]
    public void Missing_unseen_and_infinite_values_are_told_apart()
    {
        var numbers = new ColumnCounts(ColumnBins.OfNumbers([1, 2, 3]));
        numbers.AddRange([1, 2, 9, double.NaN, double.PositiveInfinity]);
        var texts = new ColumnCounts(Texts);
        foreach (var text in new[] { "a", null, "new", "b" })
        {
            texts.Add(text);
        }

        Assert.Equal((5, 1, 2, 3), (numbers.Rows, numbers.Missing, numbers.Unseen, numbers.Numbers));
        Assert.Equal((4.0, 12.0, 1.0, 9.0), (numbers.Mean, numbers.Sum, numbers.Min, numbers.Max));
        Assert.Equal((4, 1, 1), (texts.Rows, texts.Missing, texts.Unseen));
        Assert.Equal((4, 4), (texts.Binned, numbers.Binned));
    }

    [Fact]
    public void Numbers_near_the_end_of_their_range_still_make_json()
    {
        var counts = new ColumnCounts(Numbers);
        counts.AddRange([double.MaxValue, double.MinValue, double.MaxValue]);

        Assert.Contains("\"rows\":3", JsonSerializer.Serialize(counts.ToData(), SlipwayJson.Options), StringComparison.Ordinal);
    }

    [Fact]
    public void Counted_categories_are_the_same_as_single_rows()
    {
        var single = new ColumnCounts(Texts);
        foreach (var text in new[] { "a", "a", "x", null })
        {
            single.Add(text);
        }

        var counted = new ColumnCounts(Texts);
        counted.Add("a", 2);
        counted.Add("x", 1);
        counted.Add(null, 1);

        Assert.Equal(single.Counts.ToArray(), counted.Counts.ToArray());
        Assert.Equal((single.Rows, single.Missing, single.Unseen), (counted.Rows, counted.Missing, counted.Unseen));
    }

    [Fact]
    public void Independent_rows_are_worth_themselves_and_rows_that_stay_are_worth_fewer()
    {
        var random = new Slipway.Statistics.SeededRandom(1);
        var (independent, sticky) = (new ColumnCounts(Texts), new ColumnCounts(Texts));
        var state = "a";
        for (var i = 0; i < 100_000; i++)
        {
            independent.Add(random.Next(2) == 0 ? "a" : "b");

            // Of two states, of which it leaves each with probability 0.1: ρ = 0.8 and (1 + ρ)/(1 − ρ) = 9.
            state = random.NextDouble() < 0.1 ? (state == "a" ? "b" : "a") : state;
            sticky.Add(state);
        }

        Assert.InRange(independent.EffectiveRows(ordered: true), 97_000, 100_000);
        Assert.Equal(9, sticky.DesignEffect(ordered: true), 0.5);
        Assert.Equal(100_000, sticky.EffectiveRows(ordered: false));
    }

    [Theory]
    [InlineData(0.9, 4.2)]
    [InlineData(0.98, 19)]
    public void Numbers_that_wander_are_worth_about_what_they_are(double kept, double simulated)
    {
        var random = new Slipway.Statistics.SeededRandom(2);
        var values = new double[100_000];
        for (var i = 1; i < values.Length; i++)
        {
            // A sum of twelve uniforms is close to a Gaussian of variance 1.
            values[i] = (kept * values[i - 1]) + (Math.Sqrt(1 - (kept * kept)) * (Enumerable.Range(0, 12).Sum(_ => random.NextDouble()) - 6));
        }

        var counts = new ColumnCounts(ColumnBins.OfNumbers(values));
        foreach (var value in values)
        {
            counts.Add(value);
        }

        // The mean over the bins of how much wider the share of such rows varies than that of independent ones.
        Assert.InRange(counts.DesignEffect(ordered: true), 0.9 * simulated, 1.6 * simulated);
    }

    [Fact]
    public void Rows_that_never_change_are_worth_themselves_and_no_rows_are_worth_nothing()
    {
        var constant = new ColumnCounts(Texts);
        constant.Add("a");
        constant.Add("a");

        Assert.Equal(2, constant.EffectiveRows(ordered: true));
        Assert.Equal(0, new ColumnCounts(Texts).EffectiveRows(ordered: true));
    }

    [Fact]
    public void A_break_between_rows_makes_no_pair()
    {
        var counts = new ColumnCounts(Texts);
        counts.Add("a");
        counts.Add("a");
        counts.Break();
        counts.Add("a");

        Assert.Equal((1, 1), (counts.Pairs, counts.SamePairs));
    }

    [Fact]
    public void Counts_of_other_bins_do_not_add_up() =>
        Assert.Throws<ArgumentException>(() => new ColumnCounts(Numbers).Merge(new ColumnCounts(Texts)));

    private static ColumnCounts Counted(double[] values)
    {
        var counts = new ColumnCounts(Numbers);
        counts.AddRange(values);
        return counts;
    }
}
