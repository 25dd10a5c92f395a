using System.CommandLine;
using System.Globalization;
using Slipway.Client;
using Slipway.Core.Units;
using Slipway.Output;
using Slipway.Tracking.Purging;
using Spectre.Console;

namespace Slipway.Commands;

/// <summary>Deletes for good what was deleted.</summary>
internal static class GcCommand
{
    public static Command Create()
    {
        var command = Verb.Create(
            "gc",
            "Show which deleted runs and experiments would go for good, and what that frees; with --yes they go. Their names are free afterwards, and content goes that no version, run or dataset needs.\n"
            + "What was deleted 30 days ago or longer goes, or what --experiment and --run name, however long ago that was deleted. Content that was stored within the last hour stays until a later time.",
            "slipway gc",
            "slipway gc --older-than 7d --yes",
            "slipway gc --experiment 4 --yes");
        var olderThan = new Option<string>("--older-than") { Description = "How long it must have been deleted (default 30d; 0d with --experiment or --run).", HelpName = "DURATION" };
        var experiment = new Option<string[]>("--experiment") { Description = "A deleted experiment, by its id, with its runs; may be repeated. Nothing else goes then.", HelpName = "ID" };
        var run = new Option<string[]>("--run") { Description = "A deleted run, by its id; may be repeated. Nothing else goes then.", HelpName = "ID" };
        var yes = new Option<bool>("--yes") { Description = "Do it. Nothing brings back what goes." };
        var server = Verb.ServerOption();
        command.Add(olderThan);
        command.Add(experiment);
        command.Add(run);
        command.Add(yes);
        command.Add(server);
        return command.Runs(async (parsed, terminal, cancellationToken) =>
        {
            using var client = new SlipwayClient(parsed.GetValue(server));
            var (age, experiments, runs) = (parsed.GetValue(olderThan), parsed.GetValue(experiment) ?? [], parsed.GetValue(run) ?? []);
            var report = parsed.GetValue(yes)
                ? await client.PostAsync<PurgeReport>("/api/v1/purge", new { olderThan = age, experiments, runs }, cancellationToken)
                : await client.GetAsync<PurgeReport>($"/api/v1/purge?{Query(age, experiments, runs)}", cancellationToken);
            Show(terminal, report);
            terminal.WriteJson(report);
            return ExitCode.Good;
        });
    }

    private static string Query(string? age, string[] experiments, string[] runs) =>
        QueryText.Of([("olderThan", age), .. experiments.Select(id => ("experiment", (string?)id)), .. runs.Select(id => ("run", (string?)id))]);

    private static void Show(Terminal terminal, PurgeReport report)
    {
        var goes = report.Done ? "are gone" : "would go";
        if (report.Experiments.Count + report.Runs.Count > 0)
        {
            terminal.People.Write(Table(report));
        }

        var named = report.Experiments.Count + report.Runs.Count;
        if (report.ExperimentCount + report.RunCount > named)
        {
            terminal.Say($"… and {Number(report.ExperimentCount + report.RunCount - named)} more.");
        }

        terminal.Say($"{Count(report.ExperimentCount, "experiment")} and {Count(report.RunCount, "run")} {goes}, with {Count(report.Rows.Values.Sum(), "row")} and {Count(report.ArtifactCount, "file")} ({Size(report.ArtifactBytes)}).");
        terminal.Say($"Content that nothing needs any more {(report.Done ? "is gone" : "would go")}: {Count(report.Blobs.Count, "blob")}, {Size(report.Blobs.Bytes)} of the disk.");
        if (report.Blobs.RecentCount > 0)
        {
            terminal.Say($"Of the last hour, and therefore left until a later `slipway gc`: {Count(report.Blobs.RecentCount, "blob")}, {Size(report.Blobs.RecentBytes)}.");
        }

        if (report.ExperimentsKept + report.RunsKept > 0)
        {
            terminal.Say($"Left there, because a version of the registry names them: {Count(report.ExperimentsKept, "experiment")} and {Count(report.RunsKept, "run")}. Delete the version first.");
        }

        if (report.ArtifactsKept > 0)
        {
            terminal.Say($"In their folders, but needed by others and left there: {Count(report.ArtifactsKept, "file")}.");
        }

        if (report.Uploads > 0)
        {
            terminal.Say($"Uploads that nobody completed{(report.Done ? "" : ", which would go too")}: {Number(report.Uploads)}.");
        }

        if (report.UnusedDatabaseBytes is { } unused)
        {
            terminal.Say($"The database's file does not shrink: {Size(unused)} of it {(report.Done ? "are" : "are now")} free for what comes next.");
        }

        if (!report.Done && report.ExperimentCount + report.RunCount + report.Blobs.Count + report.Uploads > 0)
        {
            terminal.Say("Nothing was deleted. Add --yes to do it.");
        }
    }

    private static Table Table(PurgeReport report)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumns("deleted", "name").AddColumn(new TableColumn("runs").RightAligned()).AddColumn(new TableColumn("files").RightAligned()).AddColumn(new TableColumn("size").RightAligned());
        foreach (var experiment in report.Experiments)
        {
            table.AddRow($"experiment {Markup.Escape(experiment.ExperimentId)}", Markup.Escape(experiment.Name), Number(experiment.Runs), "", "");
        }

        foreach (var run in report.Runs)
        {
            table.AddRow($"run {Markup.Escape(run.RunId)}", Markup.Escape(run.Name), "", Number(run.Artifacts), Size(run.ArtifactBytes));
        }

        return table;
    }

    private static string Count(long value, string what) => value == 1 ? $"1 {what}" : $"{Number(value)} {what}s";

    private static string Number(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    private static string Size(long bytes) => ByteSize.Format(bytes);
}
