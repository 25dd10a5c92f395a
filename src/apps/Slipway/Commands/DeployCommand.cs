using System.CommandLine;
using Slipway.Client;
using Slipway.Core.Names;
using Slipway.Output;
using Slipway.Rollouts;

namespace Slipway.Commands;

/// <summary>Makes a version answer.</summary>
internal static class DeployCommand
{
    public static Command Create()
    {
        var command = Verb.Create(
            "deploy", "Make an approved version answer as a deployment.", "slipway deploy bike-demand@1.0.0 --name bikes --reason \"new season\"");
        var version = new Argument<string>("version") { Description = "The version, as MODEL@MAJOR.MINOR.PATCH." };
        var name = new Option<string>("--name") { Description = "The deployment; else the model's name.", HelpName = "NAME" };
        var reason = new Option<string>("--reason") { Description = "Why; kept in the history.", HelpName = "TEXT" };
        var server = Verb.ServerOption();
        command.Add(version);
        command.Add(name);
        command.Add(reason);
        command.Add(server);
        return command.Runs(async (parsed, terminal, cancellationToken) =>
        {
            var reference = VersionReference.Parse(parsed.GetValue(version)!);
            var deployment = ResourceName.Check(parsed.GetValue(name) ?? reference.Model, "deployment");
            using var client = new SlipwayClient(parsed.GetValue(server));
            var body = new { version = reference.ToString(), reason = parsed.GetValue(reason) };
            var state = await client.PostAsync<DeploymentState>($"/api/v1/deployments/{deployment}/deploy", body, cancellationToken);
            terminal.Say($"{state.Stable.Reference} answers as {state.Name} (revision {state.Revision}).");
            terminal.WriteJson(state);
            return ExitCode.Good;
        });
    }
}
