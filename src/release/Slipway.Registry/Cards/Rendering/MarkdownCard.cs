using System.Text;

namespace Slipway.Registry.Cards.Rendering;

/// <summary>A card as Markdown that is readable as text, too. What people wrote stands as they wrote it; everything else is text and never markup.</summary>
internal static class MarkdownCard
{
    // Beyond this a column is not padded: one long text would push all others out of sight.
    private const int WidestPadding = 40;

    public static string Write(ModelCard card)
    {
        var text = new StringBuilder();
        text.Append($"# Model card: {Escape(card.Reference.ToString())}\n\n");
        text.Append($"{card.State}; as known at {CardText.Of(card.At)}. {CardOutline.Standing(card)}\n");
        foreach (var (section, part) in CardOutline.Of(card))
        {
            if (section is not null)
            {
                Write(text, section);
            }
            else
            {
                Write(text, card, part!);
            }
        }

        return text.ToString();
    }

    private static void Write(StringBuilder text, ModelCard card, WrittenPart part)
    {
        text.Append($"\n## {part.Title}\n\n");
        if (part.Text is not null)
        {
            text.Append(part.Text).Append("\n\n");
        }

        text.Append(part.Status == PartStatus.Missing ? $"**{CardOutline.Origin(card, part)}**\n" : $"*{Escape(CardOutline.Origin(card, part))}*\n");
    }

    private static void Write(StringBuilder text, CardSection section)
    {
        text.Append($"\n## {Escape(section.Title)}\n\n");
        foreach (var fact in section.Facts)
        {
            text.Append($"- **{Escape(fact.Name)}**: {Escape(CardText.Of(fact.Value))}\n");
        }

        foreach (var note in section.Notes)
        {
            text.Append($"{(section.Facts.Count > 0 && note == section.Notes[0] ? "\n" : "")}{Escape(note)}\n{(note == section.Notes[^1] ? "" : "\n")}");
        }

        for (var i = 0; i < section.Tables.Count; i++)
        {
            text.Append(section.Facts.Count + section.Notes.Count + i > 0 ? "\n" : "");
            Write(text, section.Tables[i]);
        }
    }

    private static void Write(StringBuilder text, CardTable table)
    {
        text.Append($"{Escape(table.Title)}:\n\n");
        var cells = table.Rows.Select(row => row.Select(value => Escape(CardText.Of(value))).ToArray()).Prepend([.. table.Columns.Select(Escape)]).ToList();
        var right = table.Columns.Select((_, c) => CardText.IsNumbers(table, c)).ToArray();
        var widths = table.Columns.Select((_, c) => Math.Max(3, cells.Max(row => row[c].Length <= WidestPadding ? row[c].Length : 0))).ToArray();
        Line(text, cells[0], widths, right);
        text.Append("| ").AppendJoin(" | ", widths.Select((width, c) => right[c] ? new string('-', width - 1) + ":" : new string('-', width))).Append(" |\n");
        foreach (var row in cells.Skip(1))
        {
            Line(text, row, widths, right);
        }
    }

    private static void Line(StringBuilder text, string[] cells, int[] widths, bool[] right) =>
        text.Append("| ").AppendJoin(" | ", cells.Select((cell, c) => right[c] ? cell.PadLeft(widths[c]) : cell.PadRight(widths[c]))).Append(" |\n");

    // What would be markup, and what would end a table's cell.
    private static string Escape(string value)
    {
        var text = new StringBuilder(value.Length);
        for (var i = 0; i < value.Length; i++)
        {
            var next = i + 1 < value.Length ? value[i + 1] : ' ';
            _ = value[i] switch
            {
                '<' when char.IsAsciiLetter(next) || next is '/' or '!' or '?' => text.Append("&lt;"),
                '&' when char.IsAsciiLetter(next) || next == '#' => text.Append("&amp;"),
                '|' or '\\' or '`' or '*' => text.Append('\\').Append(value[i]),
                ']' when next is '(' or '[' or ':' => text.Append("\\]"),
                var c when char.IsControl(c) => text.Append(' '),
                var c => text.Append(c),
            };
        }

        return text.ToString();
    }
}
