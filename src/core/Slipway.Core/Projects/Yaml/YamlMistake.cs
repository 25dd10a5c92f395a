namespace Slipway.Core.Projects.Yaml;

/// <summary>Says in a newcomer's words what makes a text no yaml: tabs, and comparisons or percent signs without quotes, are nearly all there is in practice.</summary>
internal static class YamlMistake
{
    /// <summary>The place to show and the sentence, from the parser's own place and message.</summary>
    public static (int Line, int Column, string Message) Explain(string text, int line, int column, string message)
    {
        var lines = text.Split('\n');

        // The parser gives the place where the section began, not that of the tab.
        for (var i = line; message.Contains("tab", StringComparison.Ordinal) && i <= lines.Length; i++)
        {
            var indent = lines[i - 1].AsSpan(0, lines[i - 1].Length - lines[i - 1].AsSpan().TrimStart().Length);
            if (indent.IndexOf('\t') is >= 0 and var tab)
            {
                return (i, tab + 1, "The line is indented with a tab; yaml allows only blanks. Replace the tab by blanks.");
            }
        }

        var at = line <= lines.Length && column <= lines[line - 1].Length ? lines[line - 1][column - 1] : ' ';
        return at switch
        {
            '>' or '|' => (line, column, $"A value that begins with '{at}' needs quotes, such as \">= 0.85\"."),
            '%' or '@' or '`' => (line, column, $"A value that begins with '{at}' needs quotes."),
            _ when message.Contains("invalid mapping", StringComparison.Ordinal) => (line, column,
                "This is not yaml: a value with ': ' inside needs quotes, and the keys of one section begin in the same column."),
            '"' or '\'' when message.Contains("end of stream", StringComparison.Ordinal) => (line, column, "This is not yaml: the quote that opens here is not closed."),
            _ => (line, column, $"This is not yaml: {message.TrimEnd('.')}. Look at this line and the one above: indentation, a missing blank after ':', an open quote or bracket."),
        };
    }
}
