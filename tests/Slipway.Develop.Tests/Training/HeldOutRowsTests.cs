using System.Globalization;
using Slipway.Core.Projects;
using Slipway.Training;

namespace Slipway.Develop.Tests.Training;

public sealed class HeldOutRowsTests
{
    [Theory]
    [InlineData("random", 0.2, 7)]
    [InlineData("random", 0.35, 1)]
    [InlineData("time", 0.1, 1)]
    public void The_recipe_finds_the_rows_that_the_training_held_out(string by, double test, int seed)
    {
        var recipe = new Dictionary<string, string> { ["split.by"] = by, ["split.test"] = test.ToString(CultureInfo.InvariantCulture), ["seed"] = seed.ToString(CultureInfo.InvariantCulture) };

        Assert.Equal(HoldOut.Of(new SplitSection(by, test), 500, hasTime: true, seed).Test, HeldOutRows.Of(recipe, 500, hasTime: true));
    }

    [Theory]
    [InlineData(null, "0.2", "1")]
    [InlineData("random", "a fifth", "1")]
    [InlineData("random", "0.2", null)]
    [InlineData("fold", "0.2", "1")]
    [InlineData("random", "7", "1")]
    public void A_recipe_that_does_not_say_how_it_split_finds_none(string? by, string? test, string? seed)
    {
        var recipe = new Dictionary<string, string?> { ["split.by"] = by, ["split.test"] = test, ["seed"] = seed }.Where(entry => entry.Value is not null).ToDictionary(entry => entry.Key, entry => entry.Value!);

        Assert.Null(HeldOutRows.Of(recipe, 500, hasTime: false));
    }
}
