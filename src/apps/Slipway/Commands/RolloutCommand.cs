using System.CommandLine;
using Slipway.Client;
using Slipway.Core.Errors;
using Slipway.Core.Names;
using Slipway.Output;
using Slipway.Rollouts;
using Slipway.Rollouts.Releases;

namespace Slipway.Commands;

/// <summary>How a release by steps stands, and a person's word in it.</summary>
internal static class RolloutCommand
{
    public static Command Create()
    {
        var command = Verb.Create(
            "rollout",
            "Show, follow and decide the releases that try a version beside the one that answers. Each of the verbs below takes --json.",
            "slipway rollout status bikes",
            "slipway rollout rollback bikes --reason \"errors on mobile\"");
        command.Add(RolloutStatusCommand.Create());
        command.Add(RolloutWatchCommand.Create());
        command.Add(CreateDecision("promote", "Make the candidate answer everybody now, whatever the evidence says.", "slipway rollout promote bikes --reason \"seen enough\""));
        command.Add(CreateDecision("rollback", "Take the candidate back now; the stable version answers everybody again.", "slipway rollout rollback bikes --reason \"errors on mobile\""));
        return command;
    }

    public static Argument<string> Deployment() => new("deployment") { Description = "The deployment's name." };

    /// <summary>A deployment's newest rollout.</summary>
    /// <exception cref="SlipwayException"><see cref="ErrorKind.NotFound"/> when it has had none.</exception>
    public static async Task<RolloutState> GetNewestAsync(SlipwayClient client, string? name, CancellationToken cancellationToken)
    {
        var deployment = ResourceName.Check(name, "deployment");
        if (await client.GetAsync<IReadOnlyList<RolloutState>>($"/api/v1/rollouts?deployment={deployment}&limit=1", cancellationToken) is [var newest])
        {
            return newest;
        }

        // Whether the name is known decides what there is to say; the server says it where it is not.
        var state = await client.GetAsync<DeploymentState>($"/api/v1/deployments/{deployment}", cancellationToken);
        throw new SlipwayException(
            ErrorKind.NotFound, $"{state.Name} answers with {state.Stable.Reference} and has had no rollout. `slipway deploy MODEL@VERSION --name {state.Name} --strategy canary` begins one.");
    }

    private static Command CreateDecision(string verb, string description, string example)
    {
        var command = Verb.Create(verb, description, example);
        var name = Deployment();
        var reason = new Option<string>("--reason") { Description = "Why; kept in the history.", HelpName = "TEXT" };
        var server = Verb.ServerOption();
        command.Add(name);
        command.Add(reason);
        command.Add(server);
        return command.Runs(async (parsed, terminal, cancellationToken) =>
        {
            using var client = new SlipwayClient(parsed.GetValue(server));
            var newest = await GetNewestAsync(client, parsed.GetValue(name), cancellationToken);
            var ended = await client.PostAsync<RolloutState>($"/api/v1/rollouts/{newest.Id}/{verb}", new { reason = parsed.GetValue(reason) }, cancellationToken);
            terminal.Say(ended.Sentence);
            terminal.WriteJson(ended);
            return ExitCode.Good;
        });
    }
}
