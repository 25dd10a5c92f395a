using System.Net;
using System.Text;

namespace Slipway.Registry.Cards.Rendering;

/// <summary>A card as one page that needs nothing else: no script, nothing from elsewhere, and every value encoded.</summary>
internal static class HtmlCard
{
    private const string Style = """
        :root{color-scheme:light dark}
        body{font:16px/1.55 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:light-dark(#16202a,#e6edf3);background:light-dark(#fff,#0f161d)}
        h1{font-size:1.6rem;margin:0}h2{font-size:1.15rem;margin:2rem 0 .5rem;border-bottom:1px solid light-dark(#d5dde5,#2a3744);padding-bottom:.25rem}
        dl{display:grid;grid-template-columns:max-content 1fr;gap:.2rem 1.2rem;margin:0}dt{color:light-dark(#51606f,#9fb0c0)}dd{margin:0;overflow-wrap:anywhere}
        .scroll{overflow-x:auto}table{border-collapse:collapse;margin:.6rem 0;font-variant-numeric:tabular-nums}caption{text-align:left;color:light-dark(#51606f,#9fb0c0)}
        th,td{border-bottom:1px solid light-dark(#e4eaf0,#22303c);padding:.25rem .8rem .25rem 0;text-align:left;vertical-align:top}.n{text-align:right}
        .missing{border-left:4px solid #c2410c;padding:.3rem .8rem;background:light-dark(#fff4ed,#2a1a12)}.origin,.lede{color:light-dark(#51606f,#9fb0c0)}
        @media(max-width:40rem){dl{grid-template-columns:1fr}dt{margin-top:.4rem}}
        """;

    public static string Write(ModelCard card)
    {
        var html = new StringBuilder();
        html.Append($"""
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>Model card: {Encode(card.Reference.ToString())}</title>
            <style>
            {Style}
            </style>
            </head>
            <body>
            <h1>Model card: {Encode(card.Reference.ToString())}</h1>
            <p class="lede">{card.State}; as known at {CardText.Of(card.At)}. {Encode(CardOutline.Standing(card))}</p>

            """);
        foreach (var (section, part) in CardOutline.Of(card))
        {
            if (section is not null)
            {
                Write(html, section);
            }
            else
            {
                Write(html, card, part!);
            }
        }

        return html.Append("</body>\n</html>\n").ToString();
    }

    private static void Write(StringBuilder html, ModelCard card, WrittenPart part)
    {
        html.Append($"<h2>{Encode(part.Title)}</h2>\n");
        if (part.Text is { } text)
        {
            html.Append(SafeMarkdown.ToHtml(text));
        }

        html.Append($"<p class=\"{(part.Status == PartStatus.Missing ? "missing" : "origin")}\">{Encode(CardOutline.Origin(card, part))}</p>\n");
    }

    private static void Write(StringBuilder html, CardSection section)
    {
        html.Append($"<h2>{Encode(section.Title)}</h2>\n");
        if (section.Facts.Count > 0)
        {
            html.Append("<dl>\n");
            foreach (var fact in section.Facts)
            {
                html.Append($"<dt>{Encode(fact.Name)}</dt><dd>{Encode(CardText.Of(fact.Value))}</dd>\n");
            }

            html.Append("</dl>\n");
        }

        foreach (var note in section.Notes)
        {
            html.Append($"<p>{Encode(note)}</p>\n");
        }

        foreach (var table in section.Tables)
        {
            Write(html, table);
        }
    }

    private static void Write(StringBuilder html, CardTable table)
    {
        html.Append($"<div class=\"scroll\"><table><caption>{Encode(table.Title)}</caption>\n<thead><tr>");
        html.AppendJoin("", table.Columns.Select((column, c) => $"<th{Class(table, c)}>{Encode(column)}</th>")).Append("</tr></thead>\n<tbody>\n");
        foreach (var row in table.Rows)
        {
            html.Append("<tr>").AppendJoin("", row.Select((value, c) => $"<td{Class(table, c)}>{Encode(CardText.Of(value))}</td>")).Append("</tr>\n");
        }

        html.Append("</tbody></table></div>\n");
    }

    private static string Class(CardTable table, int column) =>
        CardText.IsNumbers(table, column) ? " class=\"n\"" : "";

    private static string Encode(string text) => WebUtility.HtmlEncode(text);
}
