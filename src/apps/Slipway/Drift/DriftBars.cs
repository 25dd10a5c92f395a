using System.Globalization;
using System.Text;
using Slipway.Core.Text;

namespace Slipway.Drift;

/// <summary>A column's shares as two bars a bin: the baseline's and the current.</summary>
internal static class DriftBars
{
    // Of more bins, those with the largest shares are drawn.
    private const int MostBins = 24;
    private const int Left = 200;
    private const int Width = 440;
    private const int Top = 34;
    private const int RowHeight = 34;

    // What a grid line may stand for: the first that four of cover the largest share.
    private static readonly double[] Steps = [0.001, 0.0025, 0.005, 0.01, 0.02, 0.025, 0.05, 0.1, 0.2, 0.25];

    public static void Append(StringBuilder page, ColumnComparison column)
    {
        if (column.Baseline.Shares() is not { } before || column.Current.Shares() is not { } now)
        {
            page.Append("<p class=\"soft\">One side has no values to draw.</p>\n");
            return;
        }

        var bins = column.Baseline.Bins;
        var drawn = Enumerable.Range(0, bins.Count)
            .Where(i => before[i] + now[i] > 0)
            .OrderByDescending(i => Math.Max(before[i], now[i]))
            .Take(MostBins)
            .Order()
            .ToArray();
        var left = Enumerable.Range(0, bins.Count).Count(i => before[i] + now[i] > 0) - drawn.Length;
        var largest = drawn.Max(i => Math.Max(before[i], now[i]));
        var most = 4 * Steps.First(step => (4 * step) + 1e-9 >= largest);
        var name = DriftPage.Text(column.Drift.Column);
        var bottom = Top + (drawn.Length * RowHeight);

        page.Append(Invariant($"<figure><svg viewBox=\"0 0 720 {bottom + 44}\" role=\"img\" aria-label=\"{name}: share of rows by bin, baseline and current\">\n"))
            .Append($"<title>{name}: share of rows by bin</title>\n")
            .Append(Invariant($"<rect class=\"before\" x=\"{Left}\" y=\"6\" width=\"10\" height=\"10\"/><text x=\"{Left + 16}\" y=\"16\">baseline</text>\n"))
            .Append(Invariant($"<rect class=\"now\" x=\"{Left + 100}\" y=\"6\" width=\"10\" height=\"10\"/><text x=\"{Left + 116}\" y=\"16\">current</text>\n"))
            .Append($"<text class=\"axis\" x=\"8\" y=\"16\">{DriftPage.Text(Excerpt.Of(column.Drift.Column, 24))}</text>\n");
        for (var tick = 0; tick <= 4; tick++)
        {
            var x = Left + (Width * tick / 4);
            page.Append(Invariant($"<line x1=\"{x}\" y1=\"{Top - 6}\" x2=\"{x}\" y2=\"{bottom}\"/><text class=\"axis\" x=\"{x}\" y=\"{bottom + 16}\" text-anchor=\"middle\">{Percent(most * tick / 4)}</text>\n"));
        }

        page.Append(Invariant($"<text class=\"axis\" x=\"{Left + (Width / 2)}\" y=\"{bottom + 36}\" text-anchor=\"middle\">share of rows</text>\n"));
        foreach (var (bin, row) in drawn.Select((bin, row) => (bin, row)))
        {
            var y = Top + (row * RowHeight);
            page.Append(Invariant($"<text x=\"{Left - 8}\" y=\"{y + 18}\" text-anchor=\"end\">{DriftPage.Text(Excerpt.Of(bins.Label(bin), 26))}</text>\n"))
                .Append(Bar("before", y + 1, before[bin] / most, before[bin]))
                .Append(Bar("now", y + 14, now[bin] / most, now[bin]));
        }

        page.Append("</svg>");
        page.Append(left == 0 ? "" : $"<figcaption class=\"soft\">{left} bins with smaller shares are not drawn.</figcaption>").Append("</figure>\n");
    }

    public static string Percent(double share) => string.Create(CultureInfo.InvariantCulture, $"{100 * share:0.#} %");

    private static string Bar(string kind, int y, double part, double share) => Invariant(
        $"<rect class=\"{kind}\" x=\"{Left}\" y=\"{y}\" width=\"{part * Width:0.#}\" height=\"12\"/><text x=\"{Left + (part * Width) + 6:0.#}\" y=\"{y + 10}\">{Percent(share)}</text>\n");

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}
