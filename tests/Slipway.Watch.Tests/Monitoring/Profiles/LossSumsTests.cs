using System.Text.Json;
using CsCheck;
using Slipway.Core;
using Slipway.Monitoring.Profiles;
using Slipway.Monitoring.Watching;

namespace Slipway.Watch.Tests.Monitoring.Profiles;

public sealed class LossSumsTests
{
    private static readonly Gen<int[]> Losses = Gen.Int[0, 1000].Array[0, 50];

    // Whole numbers: their sums are exact, so the order of additions does not show.
    [Fact]
    public void Sums_of_pieces_are_those_of_one_pass() =>
        Gen.Select(Losses, Losses, Losses).Sample((a, b, c) =>
        {
            var merged = Of(a);
            merged.Merge(Stored(Of(b)));
            merged.Merge(Of(c));
            return Json(merged) == Json(Of([.. a, .. b, .. c]));
        });

    [Fact]
    public void Neighbours_that_are_alike_widen_the_interval()
    {
        var random = new Random(3);
        var order = Enumerable.Range(0, 1000).OrderBy(_ => random.Next()).ToArray();
        var mixed = Of([.. order.Select(i => i % 2)]);
        var blocks = Of([.. Enumerable.Range(0, 1000).Select(i => i / 50 % 2)]);

        Assert.Equal(mixed.Mean, blocks.Mean);
        Assert.InRange(mixed.Correlation, 0, 0.1);
        Assert.InRange(blocks.Correlation, 0.95, 0.97);
        Assert.InRange(Width(blocks) / Width(mixed), 5, 9);
    }

    [Fact]
    public void No_loss_has_no_mean_and_one_has_no_interval()
    {
        Assert.Null(Of([]).Mean);
        Assert.Null(Of([5]).Interval());
        Assert.Equal(5, Of([5]).Mean);
    }

    [Fact]
    public void The_whole_interval_must_be_beyond_the_limit()
    {
        var losses = Of([.. Enumerable.Range(0, 100).Select(i => i % 20)]);

        Assert.Equal("worse", QualityJudge.Judge("mae", losses, 100, 5, 0.05)!.Verdict);
        Assert.Equal("ok", QualityJudge.Judge("mae", losses, 100, 9, 0.05)!.Verdict);
        Assert.Equal("ok", QualityJudge.Judge("mae", losses, 100, 20, 0.05)!.Verdict);
        Assert.Equal("insufficient data", QualityJudge.Judge("mae", Of([.. Enumerable.Repeat(99, 29)]), 100, 5, 0.05)!.Verdict);
    }

    [Fact]
    public void Accuracy_is_worse_when_it_is_lower_and_twenty_right_of_twenty_prove_nothing()
    {
        var wrong = QualityJudge.Judge("accuracy", Of([.. Enumerable.Range(0, 200).Select(i => i * 7919 % 10 < 4 ? 1 : 0)]), 400, 0.9, 0.05)!;
        Assert.Equal(("worse", 0.6, 0.5), (wrong.Verdict, Math.Round(wrong.Value, 9), wrong.Coverage));
        Assert.Equal(0.855, wrong.Limit, 9);
        Assert.True(wrong.Low < wrong.Value && wrong.Value < wrong.High && wrong.High < wrong.Limit);

        var right = QualityJudge.Judge("accuracy", Of(new int[40]), 40, 0.9, 0.05)!;
        Assert.Equal(("ok", 1, 1), (right.Verdict, right.Value, right.High));
        Assert.InRange(right.Low, 0.85, 0.95);
    }

    // Summed with Python's exact binomial coefficients, and with lgamma for the largest.
    [Theory]
    [InlineData(1, 3, 0.01, 0.029701)]
    [InlineData(10, 100, 0.05, 0.02818829416)]
    [InlineData(3, 100, 0.05, 0.8817370188)]
    [InlineData(0, 10, 0.5, 1)]
    [InlineData(5000, 400000, 0.012, 0.0019894665)]
    public void Tails_of_the_binomial_are_exact(long events, long trials, double share, double probability) =>
        Assert.Equal(probability, TailProbability.AtLeast(events, trials, share), probability * 1e-6);

    private static double Width(LossSums sums) => sums.Interval()!.High - sums.Interval()!.Low;

    private static LossSums Stored(LossSums sums) => JsonSerializer.Deserialize<LossSums>(Json(sums), SlipwayJson.Options)!;

    private static string Json(LossSums sums) => JsonSerializer.Serialize(sums, SlipwayJson.Options);

    private static LossSums Of(int[] losses)
    {
        var sums = new LossSums();
        Array.ForEach(losses, loss => sums.Add(loss));
        return sums;
    }
}
