namespace Slipway.Output;

/// <summary>Breaks a text into lines.</summary>
internal static class TextWrap
{
    /// <summary>The text in lines of at most <paramref name="width"/> characters, each but the first indented; a longer word has a line of its own, cut.</summary>
    public static IEnumerable<string> Lines(string text, int width, string indent = "")
    {
        var line = "";
        var first = true;
        foreach (var word in text.Split(' '))
        {
            if (line.Length > 0 && line.Length + 1 + word.Length > width)
            {
                yield return line;
                (line, first) = ("", false);
            }

            line = line.Length > 0 ? $"{line} {word}" : $"{(first ? "" : indent)}{word}";
            if (line.Length > width)
            {
                line = line[..(width - 1)] + "…";
            }
        }

        yield return line;
    }
}
