using System.CommandLine;
using Slipway.Client;
using Slipway.Core.Errors;
using Slipway.Core.Names;
using Slipway.Core.Projects;
using Slipway.Output;
using Slipway.Retraining.Pipelines;

namespace Slipway.Commands;

/// <summary>What <c>apply</c> and <c>train</c> share: the file is checked here first, then the server runs the pipeline and this shows it.</summary>
internal static class ProjectRun
{
    public static Command AddTo(Command command, string route, PipelineGoal goal)
    {
        var file = Verb.FileOption();
        var server = Verb.ServerOption();
        command.Add(file);
        command.Add(server);
        var asOf = new Option<string>("--as-of")
        {
            Description = "Learn only from rows before this date or moment (by data.time, UTC), as a retraining then would have.",
            HelpName = "TIME",
        };
        command.Add(asOf);
        var atLeast = new Option<string>("--at-least")
        {
            Description = "Give a new version at least this number, where a lower one would be proposed: you know what callers have to do.",
            HelpName = "MAJOR.MINOR.PATCH",
        };
        command.Add(atLeast);
        return command.Runs((parsed, terminal, cancellationToken) =>
            RunAsync(parsed.GetValue(file)!, parsed.GetValue(server), parsed.GetValue(asOf), parsed.GetValue(atLeast), route, goal, terminal, cancellationToken));
    }

    private static async Task<int> RunAsync(
        string file, ServerAddress? server, string? asOf, string? atLeast, string route, PipelineGoal goal, Terminal terminal, CancellationToken cancellationToken)
    {
        if (atLeast is not null)
        {
            _ = SemanticVersion.Parse(atLeast);
        }

        var yaml = await ProjectFile.ReadAsync(file, cancellationToken);
        var config = ProjectFile.Parse(yaml, file);
        config.ThrowIfNotAvailable();
        var folder = Path.GetDirectoryName(Path.GetFullPath(file))!;
        new PipelineRequest(yaml, file, folder, goal) { AsOf = PipelineRequest.ParseAsOf(asOf) }.CheckAsOf(config);
        using var client = new SlipwayClient(server);
        var run = await client.PostAsync<PipelineRun>($"/api/v1/projects/{route}", new { yaml, folder, file = Path.GetFileName(file), asOf, atLeast }, cancellationToken);
        PipelineRun ended;
        try
        {
            ended = await PipelineView.ShowAsync(terminal, client.WatchAsync(run.Id, cancellationToken), run, goal);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Ctrl+C ends the looking on, not the run.
            System.Console.Error.WriteLine($"The run of {run.Model} goes on at the server; `slipway status` shows how it stands.");
            throw;
        }

        terminal.WriteJson(ended);
        if (ended.State == PipelineState.Succeeded)
        {
            return ExitCode.Good;
        }

        System.Console.Error.WriteLine(ended.Error);
        return ExitCode.Of(ended.ErrorKind ?? ErrorKind.Failed);
    }
}
