using System.CommandLine;
using Slipway.Client;
using Slipway.Core.Names;
using Slipway.Output;
using Slipway.Rollouts;

namespace Slipway.Commands;

/// <summary>Makes the former version answer again.</summary>
internal static class RollbackCommand
{
    public static Command Create()
    {
        var command = Verb.Create(
            "rollback",
            "Take back the candidate that is being tried; where none is, make the version that answered before answer again. Both have stayed loaded, so this takes milliseconds.",
            "slipway rollback bikes --reason \"errors on mobile\"");
        var name = new Argument<string>("deployment") { Description = "The deployment's name." };
        var reason = new Option<string>("--reason") { Description = "Why; kept in the history.", HelpName = "TEXT" };
        var server = Verb.ServerOption();
        command.Add(name);
        command.Add(reason);
        command.Add(server);
        return command.Runs(async (parsed, terminal, cancellationToken) =>
        {
            var deployment = ResourceName.Check(parsed.GetValue(name), "deployment");
            using var client = new SlipwayClient(parsed.GetValue(server));
            var body = new { reason = parsed.GetValue(reason) };
            var state = await client.PostAsync<DeploymentState>($"/api/v1/deployments/{deployment}/rollback", body, cancellationToken);
            terminal.Say($"{state.Stable.Reference} answers everybody as {state.Name} again (revision {state.Revision}).");
            terminal.WriteJson(state);
            return ExitCode.Good;
        });
    }
}
