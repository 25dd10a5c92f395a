using System.CommandLine;
using Slipway.Client;
using Slipway.Output;
using Slipway.Rollouts.Releases;

namespace Slipway.Commands;

/// <summary>Follows a rollout until it has ended or waits for a person.</summary>
internal static class RolloutWatchCommand
{
    public static Command Create()
    {
        var command = Verb.Create(
            "watch",
            "Follow a deployment's rollout: a line for each look at the evidence. Ends with 0 when the candidate is promoted, with 1 when it is taken back or held.",
            "slipway rollout watch bikes");
        var name = RolloutCommand.Deployment();
        var server = Verb.ServerOption();
        command.Add(name);
        command.Add(server);
        return command.Runs(async (parsed, terminal, cancellationToken) =>
        {
            using var client = new SlipwayClient(parsed.GetValue(server));
            var last = await RolloutCommand.GetNewestAsync(client, parsed.GetValue(name), cancellationToken);
            await foreach (var rollout in client.WatchRolloutAsync(last.Id, cancellationToken))
            {
                last = rollout;
                terminal.Say(RolloutView.Line(rollout));
                if (rollout.Status == RolloutStatus.Held)
                {
                    break;
                }
            }

            RolloutView.ShowEvidence(terminal, last);
            terminal.WriteJson(last);
            return last.Status == RolloutStatus.Promoted ? ExitCode.Good : ExitCode.Failed;
        });
    }
}
