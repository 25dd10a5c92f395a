using CsCheck;
using Slipway.Core.Text;

namespace Slipway.Core.Tests.Core;

public sealed class SuggestTests
{
    private static readonly string[] Keys = ["model", "description", "data", "train", "validate", "deploy", "serve", "num_leaves", "learning_rate", "maxDelay"];

    [Theory]
    [InlineData("modle", "model")]
    [InlineData("Model", "model")]
    [InlineData("trian", "train")]
    [InlineData("validation", "validate")]
    [InlineData("num-leaves", "num_leaves")]
    [InlineData("numleaves", "num_leaves")]
    [InlineData("learningrate", "learning_rate")]
    [InlineData("max_delay", "maxDelay")]
    [InlineData("date", "data")]
    [InlineData("colour", null)]
    [InlineData("x", null)]
    [InlineData("", null)]
    [InlineData("  ", null)]
    public void The_nearest_word_is_meant_when_it_is_near(string word, string? meant) => Assert.Equal(meant, Suggest.Closest(word, Keys));

    [Theory]
    [InlineData("ab", "ba", 1)]
    [InlineData("kitten", "sitting", 3)]
    [InlineData("", "abc", 3)]
    [InlineData("abc", "abc", 0)]
    [InlineData("ca", "abc", 3)]
    public void The_distance_counts_edits_and_swaps(string a, string b, int distance) => Assert.Equal(distance, Suggest.Distance(a, b));

    [Fact]
    public void The_distance_is_symmetric_and_zero_only_between_equals() =>
        Gen.Select(Gen.String[0, 8], Gen.String[0, 8]).Sample((a, b) =>
            Suggest.Distance(a, b) == Suggest.Distance(b, a) && (Suggest.Distance(a, b) == 0) == (a == b));

    [Fact]
    public void The_sentence_stands_behind_another_one_or_is_empty()
    {
        Assert.Equal(" Did you mean 'deploy'?", Suggest.DidYouMean("deplyo", Keys));
        Assert.Equal("", Suggest.DidYouMean("colour", Keys));
        Assert.Null(Suggest.Closest(new string('a', 100_000), [new string('a', 100_000), "aa"]));
    }
}
