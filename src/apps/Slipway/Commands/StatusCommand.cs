using System.CommandLine;
using System.Globalization;
using Slipway.Client;
using Slipway.Output;
using Slipway.Retraining.Pipelines;
using Slipway.Retraining.Projects;
using Slipway.Rollouts;
using Slipway.Serving.Figures;
using Spectre.Console;

namespace Slipway.Commands;

/// <summary>What there is, and how it is.</summary>
internal static class StatusCommand
{
    public static Command Create()
    {
        var command = Verb.Create("status", "Show projects, their last runs, and what answers with which figures.", "slipway status");
        var server = Verb.ServerOption();
        command.Add(server);
        return command.Runs(async (parsed, terminal, cancellationToken) =>
        {
            using var client = new SlipwayClient(parsed.GetValue(server));
            var projects = await client.GetAsync<IReadOnlyList<Project>>("/api/v1/projects", cancellationToken);
            var deployments = await client.GetAsync<IReadOnlyList<DeploymentState>>("/api/v1/deployments", cancellationToken);
            var runs = new List<ProjectStatus>();
            foreach (var project in projects)
            {
                var history = await client.GetAsync<IReadOnlyList<PipelineRun>>($"/api/v1/projects/{project.Model}/pipelines?limit=1", cancellationToken);
                runs.Add(new ProjectStatus(project.Model, project.AppliedAt, history is [var last, ..] ? last : null));
            }

            var live = new List<DeploymentStatus>();
            foreach (var deployment in deployments)
            {
                var figures = await client.GetAsync<IReadOnlyList<VersionFigures>>($"/api/v1/deployments/{deployment.Name}/figures", cancellationToken);
                live.Add(new DeploymentStatus(deployment.Name, deployment.Stable.Reference.ToString(), deployment.Previous?.Reference.ToString(), deployment.ChangedAt, figures)
                {
                    Source = deployment.Source,
                    Warnings = deployment.Warnings,
                });
            }

            if (runs.Count == 0 && live.Count == 0)
            {
                terminal.Say("Nothing is here yet. `slipway init` writes a project's file, `slipway apply` brings it to life.");
            }
            else
            {
                terminal.People.Write(Projects(runs));
                terminal.People.Write(Deployments(live));
                foreach (var warning in live.SelectMany(deployment => deployment.Warnings))
                {
                    terminal.Say($"Warning: {warning}");
                }
            }

            terminal.WriteJson(new { projects = runs, deployments = live });
            return ExitCode.Good;
        });
    }

    private static Table Projects(List<ProjectStatus> projects)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumns("project", "last run", "began (UTC)", "what");
        foreach (var project in projects)
        {
            var run = project.LastRun;
            var what = run?.Error ?? run?.Stages.LastOrDefault(stage => stage.State == PipelineState.Succeeded)?.Sentence ?? "";
            table.AddRow(Markup.Escape(project.Model), $"{run?.State.ToString().ToLowerInvariant() ?? "none"}", Time(run?.StartedAt), Markup.Escape(what));
        }

        return table;
    }

    private static Table Deployments(List<DeploymentStatus> deployments)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumn("deployment").AddColumn(new TableColumn("version").NoWrap()).AddColumn("since (UTC)");
        foreach (var column in new[] { "requests", "errors", "p50 ms", "p95 ms" })
        {
            table.AddColumn(new TableColumn(column).RightAligned());
        }

        foreach (var deployment in deployments)
        {
            var figures = deployment.Figures.FirstOrDefault(f => f.Version.ToString() == deployment.Version);
            table.AddRow(
                Markup.Escape(deployment.Name),
                Markup.Escape(deployment.Shown),
                Time(deployment.Since),
                Number(figures?.Requests ?? 0),
                Number(figures?.Errors ?? 0),
                Milliseconds(figures?.P50),
                Milliseconds(figures?.P95));
        }

        return table;
    }

    private static string Time(DateTimeOffset? at) => at?.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture) ?? "";

    private static string Number(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    private static string Milliseconds(double? value) => value?.ToString("F2", CultureInfo.InvariantCulture) ?? "-";

    private sealed record ProjectStatus(string Model, DateTimeOffset AppliedAt, PipelineRun? LastRun);

    private sealed record DeploymentStatus(string Name, string Version, string? Previous, DateTimeOffset Since, IReadOnlyList<VersionFigures> Figures)
    {
        /// <summary>Where a model lies that is served from a folder; null for a deployment.</summary>
        public string? Source { get; init; }

        /// <summary>What one should know about the version that answers.</summary>
        public IReadOnlyList<string> Warnings { get; init; } = [];

        // A folder's version 3 goes by 0.0.3 where versions are semantic; callers know it by its number.
        internal string Shown => Source is null ? Version : $"{Version[(Version.LastIndexOf('.') + 1)..]} in {Path.GetFileName(Path.GetDirectoryName(Source))}/{Path.GetFileName(Source)}";
    }
}
