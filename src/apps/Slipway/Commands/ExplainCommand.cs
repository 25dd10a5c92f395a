using System.CommandLine;
using Slipway.Client;
using Slipway.Core.Errors;
using Slipway.Core.Names;
using Slipway.Monitoring.Predictions;
using Slipway.Output;

namespace Slipway.Commands;

/// <summary>What is known of one prediction, and what another version makes of it.</summary>
internal static class ExplainCommand
{
    public static Command Create()
    {
        var command = Verb.Create(
            "explain",
            "Show one prediction: the version and why it answered, its times, who shared its run, inputs, outputs and outcome. ID is the request's, or ID/0, ID/1 … for one of its rows.",
            "slipway explain bikes 0199d1c2-7e6b-7c9c-a3f5-2f6d4f1f6a10",
            "slipway explain bikes order-7 --replay 1.0.1");
        var deployment = new Argument<string>("deployment") { Description = "The deployment's name." };
        var id = new Argument<string>("id") { Description = "The prediction's id." };
        var replay = new Option<string>("--replay") { Description = "Score the same inputs with this version and compare; nothing of it is logged or counted.", HelpName = "VERSION" };
        var server = Verb.ServerOption();
        command.Add(deployment);
        command.Add(id);
        command.Add(replay);
        command.Add(server);
        return command.Runs(async (parsed, terminal, cancellationToken) =>
        {
            var name = ResourceName.Check(parsed.GetValue(deployment), "deployment");
            var given = parsed.GetValue(id) is { Length: > 0 } text ? text : throw new SlipwayException(ErrorKind.InvalidInput, "The id is empty. Give the id of a prediction.");
            using var client = new SlipwayClient(parsed.GetValue(server));
            var path = $"/api/v1/deployments/{name}/predictions/{Uri.EscapeDataString(given)}";
            var explanation = await client.GetAsync<PredictionExplanation>(path, cancellationToken);
            foreach (var line in ExplainView.Lines(explanation))
            {
                terminal.Say(line);
            }

            if (parsed.GetValue(replay) is not { } version)
            {
                terminal.WriteJson(explanation);
                return ExitCode.Good;
            }

            var replayed = await client.PostAsync<PredictionReplay>($"{path}/replay?version={Uri.EscapeDataString(version)}", new { }, cancellationToken);
            foreach (var line in ExplainView.Lines(replayed))
            {
                terminal.Say(line);
            }

            terminal.WriteJson(new { explanation, replay = replayed });
            return ExitCode.Good;
        });
    }
}
