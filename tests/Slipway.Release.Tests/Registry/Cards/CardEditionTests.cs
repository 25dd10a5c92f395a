using Slipway.Core.Errors;
using Slipway.Core.Names;
using Slipway.Registry;
using Slipway.Registry.Cards;

namespace Slipway.Release.Tests.Registry.Cards;

/// <summary>Whose text stands on a card, and when it is complete.</summary>
public sealed class CardEditionTests
{
    private static readonly DateTimeOffset Noon = new(2026, 5, 3, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Where_nobody_has_written_all_four_parts_are_missing()
    {
        var card = CardEdition.Read(Version("1.0.0"), own: null, former: []);

        Assert.Equal((0, false), (card.Revision, card.Complete));
        Assert.Equal(["intendedUse", "outOfScope", "limitations", "ethics"], card.Lacking);
        Assert.All(card.Parts, part => Assert.Equal((PartStatus.Missing, null), (part.Status, part.Text)));
    }

    [Theory]
    [InlineData("1.0.1", true)]
    [InlineData("1.1.0", false)]
    [InlineData("2.0.0", false)]
    public void A_former_versions_text_counts_for_its_patches_alone(string version, bool complete)
    {
        var card = CardEdition.Read(Version(version), own: null, [Edition("1.0.0", 1, CardPart.All.Select(part => (part.Name, "text")))]);

        Assert.Equal(complete, card.Complete);
        Assert.All(card.Parts, part => Assert.Equal((PartStatus.TakenOver, "text", SemanticVersion.Parse("1.0.0")), (part.Status, part.Text, part.TakenFrom)));
    }

    [Fact]
    public void Each_part_comes_from_the_newest_former_version_that_has_it_and_what_was_taken_out_there_stays_out()
    {
        var card = CardEdition.Read(
            Version("1.2.0"),
            Edition("1.2.0", 1, [("ethics", "own")]),
            [Edition("1.1.0", 3, [("limitations", "newer"), ("outOfScope", "")]), Edition("1.0.0", 1, CardPart.All.Select(part => (part.Name, "older")))]);

        Assert.Equal(("older", "newer", "own"), (card["intendedUse"].Text, card["limitations"].Text, card["ethics"].Text));
        Assert.Equal(PartStatus.Missing, card["outOfScope"].Status);
        Assert.Equal(["intendedUse", "outOfScope", "limitations"], card.Lacking);
    }

    [Theory]
    [InlineData("a\r\nb\r", "a\nb")]
    [InlineData("  text\n\n", "text")]
    [InlineData("tab\there", "tab\there")]
    public void A_text_is_kept_with_plain_line_ends_and_no_blanks_around_it(string text, string kept) => Assert.Equal(kept, CardPart.All[0].Check(text));

    [Theory]
    [InlineData("a\0b", "U+0000 at place 2")]
    [InlineData("a\u001b[31m", "U+001B at place 2")]
    public void What_is_no_text_is_refused_with_its_place(string text, string sentence)
    {
        var error = Assert.Throws<SlipwayException>(() => CardPart.All[2].Check(text));

        Assert.Equal(ErrorKind.InvalidInput, error.Kind);
        Assert.Contains("limitations", error.Message, StringComparison.Ordinal);
        Assert.Contains(sentence, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Half_a_character_is_no_text_and_a_whole_one_is()
    {
        var half = new string(['a', '\ud83d', 'b']);

        Assert.Contains("U+D83D at place 2", Assert.Throws<SlipwayException>(() => CardPart.All[0].Check(half)).Message, StringComparison.Ordinal);
        Assert.Equal("a🚲", CardPart.All[0].Check("a🚲"));
    }

    [Fact]
    public void A_text_of_the_greatest_length_is_taken_and_one_character_more_is_not()
    {
        Assert.Equal(CardPart.MaxLength, CardPart.All[0].Check(new string('x', CardPart.MaxLength)).Length);

        Assert.Equal(ErrorKind.TooLarge, Assert.Throws<SlipwayException>(() => CardPart.All[0].Check(new string('x', CardPart.MaxLength + 1))).Kind);
    }

    private static ModelVersion Version(string version)
    {
        var described = ReleaseHost.New("m", "a", null);
        return new ModelVersion
        {
            Model = "m",
            Version = SemanticVersion.Parse(version),
            Number = 9,
            ArtifactDigest = "a",
            Format = "constant",
            Signature = described.Signature,
            Metrics = described.Metrics,
            Lineage = described.Lineage,
            VersionReason = "first version",
            CreatedAt = Noon,
            CreatedBy = "alice",
        };
    }

    private static CardEdition Edition(string version, int revision, IEnumerable<(string Name, string Text)> parts) => new(
        new VersionReference("m", SemanticVersion.Parse(version)), 1, revision, parts.ToDictionary(part => part.Name, part => new KeptPart(part.Text, "alice", Noon)), Noon, "alice");
}
