using Slipway.Registry.Cards.Rendering;

namespace Slipway.Release.Tests.Registry.Cards;

public sealed class SafeMarkdownTests
{
    [Theory]
    [InlineData("# Title", "<h3>Title</h3>")]
    [InlineData("<b>bold</b>", "<p>&lt;b&gt;bold&lt;/b&gt;</p>")]
    [InlineData("[x](data:text/html,hi)", "<p><a href=\"\">x</a></p>")]
    [InlineData("[x](JaVaScRiPt:alert(1))", "<p><a href=\"\">x</a></p>")]
    [InlineData("[x][r]\n\n[r]: javascript:alert(1)", "<p><a href=\"\">x</a></p>")]
    [InlineData("[x](//example.org)", "<p><a href=\"\">x</a></p>")]
    [InlineData("[x](mailto:a@example.org)", "<p><a href=\"mailto:a@example.org\">x</a></p>")]
    [InlineData("![x](https://example.org/p.png)", "<p><a href=\"https://example.org/p.png\">x</a></p>")]
    public void Html_of_others_is_text_and_links_lead_to_the_web_alone(string markdown, string html) => Assert.Equal(html, SafeMarkdown.ToHtml(markdown).Trim());

    [Fact]
    public void What_is_nested_beyond_reason_is_shown_as_it_was_written()
    {
        var html = SafeMarkdown.ToHtml(new string('>', 4000) + "<script>");

        Assert.DoesNotContain("<script>", html, StringComparison.Ordinal);
        Assert.Contains("&lt;script&gt;", html, StringComparison.Ordinal);
    }
}
