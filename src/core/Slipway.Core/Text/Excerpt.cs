using System.Globalization;
using System.Text;

namespace Slipway.Core.Text;

/// <summary>Makes somebody's text fit to stand in a message.</summary>
public static class Excerpt
{
    /// <summary>
    /// The text's first <paramref name="max"/> characters on one line, with <c>…</c> when there are more. Control characters, line ends and such that turn the
    /// direction of writing are written as escapes: messages are shown in terminals and logs, where they would still do their work.
    /// </summary>
    public static string Of(string? text, int max = 60)
    {
        var shown = new StringBuilder();
        foreach (var c in (text ?? "").Take(max))
        {
            var plain = char.GetUnicodeCategory(c) is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate
                or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);
            _ = c is '\n' ? shown.Append(' ') : plain ? shown.Append(c) : shown.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
        }

        return text?.Length > max ? shown.Append('…').ToString() : shown.ToString();
    }
}
