using System.CommandLine;
using Slipway.Client;
using Slipway.Output;
using Slipway.Rollouts.Releases;

namespace Slipway.Commands;

/// <summary>How rollouts stand.</summary>
internal static class RolloutStatusCommand
{
    public static Command Create()
    {
        var command = Verb.Create(
            "status", "Show how a deployment's rollout stands, with the evidence; without a name, the newest rollout of each deployment.", "slipway rollout status bikes");
        var name = RolloutCommand.Deployment();
        name.Arity = ArgumentArity.ZeroOrOne;
        var server = Verb.ServerOption();
        command.Add(name);
        command.Add(server);
        return command.Runs(async (parsed, terminal, cancellationToken) =>
        {
            using var client = new SlipwayClient(parsed.GetValue(server));
            if (parsed.GetValue(name) is { } deployment)
            {
                var rollout = await RolloutCommand.GetNewestAsync(client, deployment, cancellationToken);
                RolloutView.Show(terminal, rollout);
                terminal.WriteJson(rollout);
                return ExitCode.Good;
            }

            var all = await client.GetAsync<IReadOnlyList<RolloutState>>("/api/v1/rollouts", cancellationToken);
            var newest = all.DistinctBy(rollout => rollout.Deployment).ToArray();
            RolloutView.ShowAll(terminal, newest);
            terminal.WriteJson(newest);
            return ExitCode.Good;
        });
    }
}
