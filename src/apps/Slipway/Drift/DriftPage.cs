using System.Net;
using System.Text;
using Slipway.Core.Text;
using Slipway.Statistics.Drift;

namespace Slipway.Drift;

/// <summary>The comparison as one page: no scripts, nothing fetched, every name from the data encoded. It follows the reader's light or dark.</summary>
internal static class DriftPage
{
    private const string Style = """
        :root { color-scheme: light dark; --ground: light-dark(#ffffff, #0d1519); --ink: light-dark(#14242c, #e3ebee); --soft: light-dark(#51636c, #9db0b8);
          --line: light-dark(#d5dee1, #26363e); --before: light-dark(#0b6b94, #63b7e0); --now: light-dark(#b8442a, #f08a68); --bad: light-dark(#a8231c, #ff9d92); }
        body { margin: 2rem auto; max-width: 60rem; padding: 0 1rem; background: var(--ground); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif; }
        h1 { font-size: 1.5rem; } h2 { font-size: 1.1rem; margin: 2.5rem 0 .25rem; overflow-wrap: anywhere; } p { margin: .25rem 0; overflow-wrap: anywhere; }
        .scroll { overflow-x: auto; } table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
        th, td { padding: .25rem .75rem .25rem 0; border-bottom: 1px solid var(--line); text-align: right; white-space: nowrap; }
        th:first-child, td:first-child, th:nth-child(2), td:nth-child(2) { text-align: left; white-space: normal; overflow-wrap: anywhere; }
        .drift { color: var(--bad); font-weight: 600; } .soft { color: var(--soft); } figure { margin: .5rem 0; } svg { width: 100%; height: auto; max-width: 46rem; }
        svg text { font: 12px system-ui, sans-serif; fill: var(--ink); } svg .axis { fill: var(--soft); } svg line { stroke: var(--line); }
        .before { fill: var(--before); } .now { fill: var(--now); } a { color: inherit; }
        """;

    public static string Write(FileDrift result, DriftLimits limits)
    {
        var page = new StringBuilder();
        var title = $"Drift of {Text(Path.GetFileName(result.Current))} against {Text(Path.GetFileName(result.Baseline))}";
        page.Append($"""
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
            <title>{title}</title>
            <style>
            {Style}
            </style>
            </head>
            <body>
            <h1>{title}</h1>
            <p>{Text(DriftTable.Summary(result))}</p>
            <p class="soft">Drift is PSI above {limits.Psi} or KL above {limits.Kl}, and χ² rejecting at {limits.Level} over the columns (Benjamini and Hochberg).</p>

            """);
        AppendTable(page, result);
        foreach (var column in result.NotCompared)
        {
            page.Append($"<p class=\"soft\">{Text(column.Column)} is not compared: {Text(column.Reason)}.</p>\n");
        }

        foreach (var (column, number) in result.Columns.Select((c, i) => (c, i)))
        {
            page.Append($"<h2 id=\"c{number}\">{Text(column.Drift.Column)}</h2>\n<p>{Text(DriftSentence.Of(column.Drift, limits))}.</p>\n");
            DriftBars.Append(page, column);
        }

        return page.Append("</body>\n</html>\n").ToString();
    }

    /// <summary>A text from the data, made harmless for a page.</summary>
    public static string Text(string text) => WebUtility.HtmlEncode(Excerpt.Of(text, 200));

    private static void AppendTable(StringBuilder page, FileDrift result)
    {
        page.Append("<div class=\"scroll\"><table>\n<tr><th>column</th><th>verdict</th><th>PSI</th><th>KL</th><th>KS</th><th>χ² p</th><th>missing before</th><th>now</th></tr>\n");
        foreach (var (column, number) in result.Columns.Select((c, i) => (c.Drift, i)))
        {
            var mark = column.Verdict == DriftVerdict.Drift ? " class=\"drift\"" : "";
            page.Append($"<tr><td><a href=\"#c{number}\">{Text(column.Column)}</a></td><td{mark}>{DriftTable.Word(column.Verdict)}</td>")
                .Append($"<td>{DriftTable.Fixed(column.Psi)}</td><td>{DriftTable.Fixed(column.Kl)}</td><td>{DriftTable.Fixed(column.Ks)}</td><td>{DriftTable.P(column.Chi2P)}</td>")
                .Append($"<td>{DriftBars.Percent(column.MissingBaseline)}</td><td>{DriftBars.Percent(column.MissingCurrent)}</td></tr>\n");
        }

        page.Append("</table></div>\n");
    }
}
