using System.CommandLine;
using Slipway.Core.Errors;
using Slipway.Drift;
using Slipway.Output;
using Slipway.Statistics.Drift;

namespace Slipway.Commands;

/// <summary>Compares two files, without a server.</summary>
internal static class DriftCommand
{
    public static Command Create()
    {
        var command = Verb.Create(
            "drift",
            "Tell whether the columns of one file have drifted from another's. Reads CSV, csv.gz and Parquet where they lie; needs no server. Ends with 1 when something drifted.",
            "slipway drift train.csv today.csv.gz",
            "slipway drift train.parquet today.parquet --html drift.html");
        var baseline = new Argument<string>("BASELINE") { Description = "The file to compare with, such as the training data." };
        var current = new Argument<string>("CURRENT") { Description = "The file in question." };
        var html = new Option<string>("--html") { Description = "Also write a page with the shares of every column.", HelpName = "FILE" };
        command.Add(baseline);
        command.Add(current);
        command.Add(html);
        return command.Runs(async (parsed, terminal, cancellationToken) =>
        {
            var page = parsed.GetValue(html);
            CheckPage(page);
            var limits = new DriftLimits();
            var result = await FileComparison.RunAsync(parsed.GetValue(baseline)!, parsed.GetValue(current)!, limits, cancellationToken);
            DriftTable.Write(result, limits, terminal);
            if (page is not null)
            {
                await File.WriteAllTextAsync(page, DriftPage.Write(result, limits), cancellationToken);
                terminal.Say($"The page is {page}.");
            }

            terminal.WriteJson(new { columns = result.Columns.Select(ColumnReport.Of), dataset = DatasetReport.Of(result, limits) });
            return result.Dataset.Verdict == DriftVerdict.Drift ? ExitCode.Failed : ExitCode.Good;
        });
    }

    // Before anything is read: a comparison of large files takes a while.
    private static void CheckPage(string? page)
    {
        if (page is not null && (Directory.Exists(page) || !Directory.Exists(Path.GetDirectoryName(Path.GetFullPath(page)))))
        {
            throw new SlipwayException(ErrorKind.InvalidInput, $"--html {page} is no file that can be written: {(Directory.Exists(page) ? "it is a folder" : "its folder does not exist")}.");
        }
    }
}
