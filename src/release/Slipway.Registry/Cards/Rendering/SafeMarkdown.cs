using System.Net;
using Markdig;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace Slipway.Registry.Cards.Rendering;

/// <summary>Markdown that people wrote, as HTML that can do nothing: no HTML of theirs, no images, and links to the web and to mail alone.</summary>
public static class SafeMarkdown
{
    // Below the headings of whatever it stands in.
    private const int Deeper = 2;

    private static readonly MarkdownPipeline Pipeline = new MarkdownPipelineBuilder().DisableHtml().UsePipeTables().Build();

    /// <summary>The HTML of <paramref name="text"/>.</summary>
    public static string ToHtml(string text)
    {
        try
        {
            var document = Markdown.Parse(text, Pipeline);
            foreach (var element in document.Descendants())
            {
                Tame(element);
            }

            return document.ToHtml(Pipeline);
        }
        catch (ArgumentException)
        {
            // The library refuses what is nested too deeply; it is shown as it was written.
            return $"<pre>{WebUtility.HtmlEncode(text)}</pre>\n";
        }
    }

    private static void Tame(MarkdownObject element)
    {
        switch (element)
        {
            case HeadingBlock heading:
                heading.Level = Math.Min(6, heading.Level + Deeper);
                break;
            case LinkInline link:
                link.IsImage = false;
                link.GetDynamicUrl = null;
                link.Url = IsSafe(link.Url) ? link.Url : "";
                break;
            case AutolinkInline { IsEmail: false } auto when !IsSafe(auto.Url):
                auto.Url = "";
                break;
        }
    }

    private static bool IsSafe(string? url) =>
        Uri.TryCreate(url, UriKind.Absolute, out var address) && address.Scheme is "http" or "https" or "mailto";
}
