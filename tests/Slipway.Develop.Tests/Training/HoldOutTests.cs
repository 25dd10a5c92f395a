using CsCheck;
using Slipway.Core.Errors;
using Slipway.Core.Projects;
using Slipway.Training;

namespace Slipway.Develop.Tests.Training;

public sealed class HoldOutTests
{
    private static readonly Gen<(int Rows, double Share, string By, int Seed)> Splits =
        Gen.Select(Gen.Int[4, 2000], Gen.Double[0.01, 0.99], Gen.Bool.Select(b => b ? "time" : "random"), Gen.Int);

    [Fact]
    public void Every_row_is_in_one_part_and_no_part_is_empty() =>
        Splits.Sample(s =>
        {
            var holdOut = HoldOut.Of(new SplitSection(s.By, s.Share), s.Rows, hasTime: true, s.Seed);
            return holdOut.Training.Concat(holdOut.Test).Order().SequenceEqual(Enumerable.Range(0, s.Rows))
                && holdOut.Fit.Concat(holdOut.Judge).Order().SequenceEqual(holdOut.Training)
                && holdOut.Test.Length > 0 && holdOut.Judge.Length > 0 && holdOut.Fit.Length > 1
                && Math.Abs(holdOut.Test.Length - (s.Rows * s.Share)) <= 3;
        });

    [Fact]
    public void By_time_the_last_rows_are_held_out_and_a_search_judges_by_the_last_before_them() =>
        Splits.Sample(s =>
        {
            var holdOut = HoldOut.Of(new SplitSection("time", s.Share), s.Rows, hasTime: true, s.Seed);
            return holdOut.Fit.Concat(holdOut.Judge).Concat(holdOut.Test).SequenceEqual(Enumerable.Range(0, s.Rows));
        });

    [Fact]
    public void The_shares_are_those_asked_for()
    {
        var holdOut = HoldOut.Of(new SplitSection(null, 0.2), 1000, hasTime: true, seed: 1);

        Assert.Equal((640, 160, 200), (holdOut.Fit.Length, holdOut.Judge.Length, holdOut.Test.Length));
    }

    [Fact]
    public void At_random_the_seed_decides_and_nothing_else()
    {
        var split = new SplitSection("random", 0.3);

        Assert.Equal(HoldOut.Of(split, 100, false, 5).Test, HoldOut.Of(split, 100, false, 5).Test);
        Assert.NotEqual(HoldOut.Of(split, 100, false, 5).Test, HoldOut.Of(split, 100, false, 6).Test);
        Assert.NotEqual(Enumerable.Range(70, 30), HoldOut.Of(split, 100, false, 5).Test);
    }

    [Theory]
    [InlineData(true, "time")]
    [InlineData(false, "random")]
    public void Rows_are_split_by_time_where_there_is_a_time(bool hasTime, string by) =>
        Assert.Equal(by, HoldOut.Of(new SplitSection(null, 0.2), 100, hasTime, 1).By);

    [Theory]
    [InlineData("time", 0.2, "no time column")]
    [InlineData("moon", 0.2, "'moon'")]
    [InlineData("random", 0.0, "between 0 and 1")]
    [InlineData("random", 1.0, "between 0 and 1")]
    [InlineData("random", double.NaN, "between 0 and 1")]
    public void A_split_that_cannot_be_made_is_refused(string by, double share, string sentence)
    {
        var error = Assert.Throws<SlipwayException>(() => HoldOut.Of(new SplitSection(by, share), 100, hasTime: false, 1));

        Assert.Equal(ErrorKind.InvalidInput, error.Kind);
        Assert.Contains(sentence, error.Message, StringComparison.Ordinal);
    }
}
