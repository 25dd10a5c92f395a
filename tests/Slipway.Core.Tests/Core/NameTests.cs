using System.Text.Json;
using CsCheck;
using Slipway.Core.Errors;
using Slipway.Core.Names;

namespace Slipway.Core.Tests.Core;

public sealed class NameTests
{
    private static readonly Gen<SemanticVersion> Versions =
        Gen.Select(Gen.Int[0, int.MaxValue], Gen.Int[0, 20], Gen.Int[0, int.MaxValue], (major, minor, patch) => new SemanticVersion(major, minor, patch));

    private static readonly Gen<string> Names = Gen.Select(
        Gen.OneOf(Gen.Char['a', 'z'], Gen.Char['0', '9']),
        Gen.OneOf(Gen.Char['a', 'z'], Gen.Char['0', '9'], Gen.Const('-'), Gen.Const('_')).Array[0, 99],
        (first, rest) => first + new string(rest));

    [Fact]
    public void A_version_is_read_as_it_is_written() => Versions.Sample(version =>
        SemanticVersion.Parse(version.ToString()) == version
        && JsonSerializer.Deserialize<SemanticVersion>(JsonSerializer.Serialize(version, SlipwayJson.Options), SlipwayJson.Options) == version);

    [Fact]
    public void Any_text_is_a_version_only_if_it_is_its_only_writing() => Gen.OneOf(Gen.String, Gen.OneOf("0123456789.+- v".ToCharArray()).Array[0, 9].Select(c => new string(c))).Sample(text =>
        !SemanticVersion.TryParse(text, null, out var version) || version.ToString() == text);

    [Fact]
    public void Versions_are_ordered_by_their_numbers() => Gen.Select(Versions, Versions).Sample((a, b) =>
        a.CompareTo(b) == -b.CompareTo(a)
        && (a < b) == (a.CompareTo(b) < 0) && (a > b) == (a.CompareTo(b) > 0)
        && (a <= b) == !(a > b) && (a >= b) == !(a < b)
        && (a.CompareTo(b) == 0) == (a == b));

    [Fact]
    public void A_next_version_is_later_and_resets_what_is_less()
    {
        var version = new SemanticVersion(1, 2, 3);

        Assert.Equal("2.0.0 1.3.0 1.2.4", $"{version.NextMajor()} {version.NextMinor()} {version.NextPatch()}");
        Assert.Equal("1.0.0", SemanticVersion.First.ToString());
        Assert.True(SemanticVersion.Parse("1.10.0") > SemanticVersion.Parse("1.9.0"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("1")]
    [InlineData("1.2")]
    [InlineData("1.2.3.4")]
    [InlineData("01.2.3")]
    [InlineData("1.2.3-rc1")]
    [InlineData("v1.2.3")]
    [InlineData(" 1.2.3")]
    [InlineData("1.-2.3")]
    [InlineData("1.2.3000000000")]
    [InlineData("１.2.3")]
    public void What_is_no_version_is_refused_with_an_example(string text)
    {
        var error = Assert.Throws<SlipwayException>(() => SemanticVersion.Parse(text));

        Assert.Equal(ErrorKind.InvalidInput, error.Kind);
        Assert.Contains("for example 1.0.0", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_reference_is_read_as_it_is_written() => Gen.Select(Names, Versions).Sample((model, version) =>
        VersionReference.Parse(new VersionReference(model, version).ToString()) == new VersionReference(model, version));

    [Theory]
    [InlineData("bike-demand")]
    [InlineData("bike-demand@")]
    [InlineData("@1.0.0")]
    [InlineData("bike-demand@1.0")]
    [InlineData("Bike@1.0.0")]
    [InlineData("a@b@1.0.0")]
    [InlineData("../x@1.0.0")]
    public void What_is_no_reference_is_refused_with_an_example(string text) =>
        Assert.Contains("bike-demand@1.0.0", Assert.Throws<SlipwayException>(() => VersionReference.Parse(text)).Message, StringComparison.Ordinal);

    [Fact]
    public void Every_name_by_the_rule_is_taken_and_is_its_own_proposal() => Names.Sample(name =>
        ResourceName.IsValid(name) && ResourceName.Check(name, "model") == name && ResourceName.Propose(name.Trim('-', '_')) == name.Trim('-', '_'));

    [Fact]
    public void Whatever_is_proposed_is_a_name() => Gen.String.Sample(text => ResourceName.Propose(text) is not { } proposed || ResourceName.IsValid(proposed));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("Bike")]
    [InlineData("-bike")]
    [InlineData("_bike")]
    [InlineData("bike demand")]
    [InlineData("bike/demand")]
    [InlineData("..")]
    [InlineData("bike.demand")]
    [InlineData("fünf")]
    [InlineData("bike\n")]
    public void What_is_no_name_is_refused_with_the_rule(string? name)
    {
        Assert.False(ResourceName.IsValid(name));
        Assert.Contains(ResourceName.Rule, Assert.Throws<SlipwayException>(() => ResourceName.Check(name, "model")).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Bike Demand", "bike-demand")]
    [InlineData("  Churn.v2 ", "churn-v2")]
    [InlineData("___", null)]
    [InlineData("", null)]
    public void A_near_name_is_proposed(string text, string? proposed) => Assert.Equal(proposed, ResourceName.Propose(text));

    [Fact]
    public void A_name_has_a_hundred_characters_at_most()
    {
        Assert.True(ResourceName.IsValid(new string('a', 100)));
        Assert.False(ResourceName.IsValid(new string('a', 101)));
    }
}
