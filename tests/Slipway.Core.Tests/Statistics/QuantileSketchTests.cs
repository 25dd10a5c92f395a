using System.Text.Json;
using CsCheck;
using Slipway.Statistics.Sketches;

namespace Slipway.Core.Tests.Statistics;

public sealed class QuantileSketchTests
{
    private static readonly double[] Quantiles = [0, 0.01, 0.25, 0.5, 0.9, 0.95, 0.99, 0.999, 1];

    // Log-uniform over the range of the promise: 1e-9 … 1e12.
    private static readonly Gen<double[]> Values = Gen.Double[-20.7, 27.6].Select(Math.Exp).Array[1, 300];

    [Fact]
    public void Every_quantile_is_within_one_percent() =>
        Values.Sample(values =>
        {
            var sketch = Of(values);
            Array.Sort(values);
            return Quantiles.All(q =>
            {
                var exact = values[(int)(q * (values.Length - 1))];
                return Math.Abs(sketch.Quantile(q)!.Value - exact) <= 0.010_000_1 * exact;
            });
        });

    [Fact]
    public void Merged_shards_answer_exactly_as_one_pass() =>
        Gen.Select(Values, Values, Values).Sample((a, b, c) =>
        {
            var merged = Of(a);
            merged.Merge(Of(b));
            merged.Merge(Of(c));
            var single = Of([.. c, .. a, .. b]);
            return merged.Count == single.Count && Quantiles.All(q => merged.Quantile(q) == single.Quantile(q));
        });

    [Fact]
    public void Merging_with_itself_doubles_every_count()
    {
        var sketch = Of([1, 2, 3]);

        sketch.Merge(sketch);

        Assert.Equal(6, sketch.Count);
        Assert.Equal(Of([1, 1, 2, 2, 3, 3]).Quantile(0.5), sketch.Quantile(0.5));
    }

    [Fact]
    public void An_empty_sketch_has_no_quantiles_and_merging_it_changes_nothing()
    {
        var sketch = Of([5]);
        sketch.Merge(new QuantileSketch());

        Assert.Null(new QuantileSketch().Quantile(0.5));
        Assert.Equal(1, sketch.Count);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-3)]
    [InlineData(double.NegativeInfinity)]
    [InlineData(1e-300)]
    public void Zero_and_less_count_as_the_smallest_value(double value) =>
        Assert.InRange(Of([value]).Quantile(0)!.Value, 0.99e-9, 1.01e-9);

    [Fact]
    public void Infinity_counts_as_the_largest_value() =>
        Assert.InRange(Of([double.PositiveInfinity]).Quantile(1)!.Value, 0.99e12, 1.01e12);

    [Fact]
    public void NaN_and_a_quantile_outside_0_to_1_are_refused()
    {
        Assert.Throws<ArgumentException>(() => Of([double.NaN]));
        Assert.Throws<ArgumentOutOfRangeException>(() => Of([1]).Quantile(95));
        Assert.Throws<ArgumentOutOfRangeException>(() => Of([1]).Quantile(double.NaN));
    }

    [Fact]
    public void A_cleared_sketch_begins_again()
    {
        var sketch = Of([1, 1000]);

        sketch.Clear();
        Assert.Equal(0, sketch.Count);
        Assert.Null(sketch.Quantile(0.5));

        sketch.Add(10);
        Assert.InRange(sketch.Quantile(0.5)!.Value, 9.9, 10.1);
    }

    [Fact]
    public void Adding_values_of_a_known_range_allocates_nothing()
    {
        var sketch = Of([0.001, 10]);
        var before = GC.GetAllocatedBytesForCurrentThread();

        for (var i = 1; i < 10_000; i++)
        {
            sketch.Add(i / 1000.0);
        }

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    [Fact]
    public void A_sketch_that_was_saved_and_restored_goes_on_as_if_nothing_had_happened() =>
        Gen.Select(Values, Values).Sample((before, after) =>
        {
            var json = JsonSerializer.Serialize(Of(before).Save());
            var restored = QuantileSketch.Restore(JsonSerializer.Deserialize<QuantileSketchState>(json)!);
            restored.Merge(Of(after));
            var single = Of([.. before, .. after]);
            return restored.Count == single.Count && Quantiles.All(q => restored.Quantile(q) == single.Quantile(q));
        });

    [Fact]
    public void A_cleared_sketch_saves_nothing() => Assert.Empty(Cleared().Save().Counts);

    [Fact]
    public void What_no_sketch_can_have_saved_is_refused()
    {
        Assert.Throws<ArgumentException>(() => QuantileSketch.Restore(new QuantileSketchState(5, [1, -1])));
        Assert.Throws<ArgumentException>(() => QuantileSketch.Restore(new QuantileSketchState(int.MaxValue, [1])));
        Assert.Throws<ArgumentException>(() => QuantileSketch.Restore(new QuantileSketchState(-100_000, [1])));
    }

    [Fact]
    public void Values_above_a_limit_are_counted_but_for_those_that_share_its_bin()
    {
        var sketch = Of([1, 50, 97, 103, 200, 5000]);

        Assert.Equal(3, sketch.CountAbove(100));
        Assert.Equal(0, sketch.CountAbove(10_000));
        Assert.Equal(6, sketch.CountAbove(0));
    }

    private static QuantileSketch Cleared()
    {
        var sketch = Of([1, 2]);
        sketch.Clear();
        return sketch;
    }

    private static QuantileSketch Of(double[] values)
    {
        var sketch = new QuantileSketch();
        foreach (var value in values)
        {
            sketch.Add(value);
        }

        return sketch;
    }
}
