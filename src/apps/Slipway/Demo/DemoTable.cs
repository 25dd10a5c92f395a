using System.Globalization;
using Slipway.Output;
using Spectre.Console;

namespace Slipway.Demo;

/// <summary>The table at the demo's end.</summary>
internal static class DemoTable
{
    public static void Write(Terminal terminal, DemoReport report)
    {
        var table = new Spectre.Console.Table().Border(TableBorder.Simple).AddColumns("stage", "");
        table.AddColumn(new TableColumn("seconds").RightAligned());
        table.AddColumn("what happened");
        foreach (var stage in report.Stages)
        {
            table.AddRow(stage.Stage, stage.Ok ? "ok" : "FAILED", stage.Seconds.ToString("F1", CultureInfo.InvariantCulture), Markup.Escape(stage.Sentence));
        }

        terminal.People.Write(table);
        if (report is { ErrorBefore: { } before, ErrorAfter: { } after })
        {
            terminal.Say(string.Create(CultureInfo.InvariantCulture, $"Error before {before:F0}, after {after:F0} bikes (rmse over 30 days). Promoted {report.Promoted}, taken back {report.RolledBack}."));
        }

        terminal.Say(string.Create(CultureInfo.InvariantCulture, $"{(report.Ok ? "All is well" : "Something failed")}: {report.Requests:N0} requests, {report.Failed} failed, {report.Seconds:F1} s in all."));
    }
}
