using System.Text;
using Slipway.Core.Text;

namespace Slipway.Output;

/// <summary>Text that fits a terminal of 80 columns: wrapped sentences, and tables of plain columns.</summary>
internal static class TextLines
{
    /// <summary>The widest line.</summary>
    public const int Width = 80;

    /// <summary>A sentence on as many lines as it takes; those after the first stand under its text.</summary>
    public static IEnumerable<string> Wrap(string text, string indent = "  ", string first = "  ")
    {
        var line = new StringBuilder(first);
        var start = first.Length;
        foreach (var word in Excerpt.Of(text, int.MaxValue).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.Length > start && line.Length + 1 + word.Length > Width)
            {
                yield return line.ToString();
                line.Clear().Append(indent);
                start = indent.Length;
            }

            _ = line.Length > start ? line.Append(' ').Append(word) : line.Append(word);
        }

        yield return line.ToString();
    }

    /// <summary>A table. Columns are as wide as they must be, numbers at the right; what is too long for the whole to fit is cut.</summary>
    /// <param name="rows">The rows, the heading first.</param>
    /// <param name="right">The columns that stand at the right.</param>
    public static IEnumerable<string> Table(IReadOnlyList<string[]> rows, params int[] right)
    {
        rows = [.. rows.Select(row => Array.ConvertAll(row, cell => Excerpt.Of(cell, Width)))];
        var widths = rows[0].Select((_, c) => rows.Max(row => row[c].Length)).ToArray();
        for (var over = 2 + widths.Sum() + (2 * (widths.Length - 1)) - Width; over > 0; over--)
        {
            widths[Array.IndexOf(widths, widths.Max())]--;
        }

        foreach (var row in rows)
        {
            yield return "  " + string.Join("  ", row.Select((cell, c) =>
            {
                var cut = cell.Length <= widths[c] ? cell : cell[..Math.Max(0, widths[c] - 1)] + "…";
                return right.Contains(c) ? cut.PadLeft(widths[c]) : cut.PadRight(widths[c]);
            })).TrimEnd();
        }
    }
}
