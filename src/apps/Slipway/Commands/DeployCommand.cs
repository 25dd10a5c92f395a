using System.CommandLine;
using System.Text.Json;
using Slipway.Client;
using Slipway.Core;
using Slipway.Core.Names;
using Slipway.Output;
using Slipway.Rollouts;
using Slipway.Rollouts.Releases;

namespace Slipway.Commands;

/// <summary>Makes a version answer, at once or by a rollout.</summary>
internal static class DeployCommand
{
    public static Command Create()
    {
        var command = Verb.Create(
            "deploy",
            "Make an approved version answer as a deployment: as its project's file says, or by the strategy given.",
            "slipway deploy bike-demand@1.0.0 --name bikes --reason \"new season\"",
            "slipway deploy bike-demand@1.1.0 --name bikes --strategy canary",
            "slipway deploy bike-demand@1.1.1 --name bikes --override --reason \"prices are wrong\"");
        var version = new Argument<string>("version") { Description = "The version, as MODEL@MAJOR.MINOR.PATCH." };
        var name = new Option<string>("--name") { Description = "The deployment; else the model's name.", HelpName = "NAME" };
        var strategy = new Option<string>("--strategy")
        {
            Description = "immediate switches at once, blue-green as soon as the version is warm, canary step by step as the project's guardrails prove; else the project's.",
            HelpName = "immediate|blue-green|canary",
        };
        strategy.AcceptOnlyFromAmong("immediate", "blue-green", "canary");
        var reason = new Option<string>("--reason") { Description = "Why; kept in the history.", HelpName = "TEXT" };
        var against = new Option<bool>("--override")
        {
            Description = "In an emergency: at once, although the version lacks what its policy demands. Needs the right to, and --reason; shown for as long as the version is live.",
        };
        var server = Verb.ServerOption();
        command.Add(version);
        command.Add(name);
        command.Add(strategy);
        command.Add(reason);
        command.Add(against);
        command.Add(server);
        return command.Runs(async (parsed, terminal, cancellationToken) =>
        {
            var reference = VersionReference.Parse(parsed.GetValue(version)!);
            var deployment = ResourceName.Check(parsed.GetValue(name) ?? reference.Model, "deployment");
            using var client = new SlipwayClient(parsed.GetValue(server));
            var body = new { version = reference.ToString(), reason = parsed.GetValue(reason), strategy = parsed.GetValue(strategy), @override = parsed.GetValue(against) };
            var answer = await client.PostAsync<JsonElement>($"/api/v1/deployments/{deployment}/deploy", body, cancellationToken);
            terminal.Say(Tell(answer));
            foreach (var warning in answer.TryGetProperty("warnings", out var warnings) ? warnings.EnumerateArray() : default)
            {
                terminal.Say($"Warning: {warning.GetString()}");
            }

            terminal.WriteJson(answer);
            return ExitCode.Good;
        });
    }

    // A rollout has a plan, a deployment has none.
    private static string Tell(JsonElement answer)
    {
        if (!answer.TryGetProperty("plan", out _))
        {
            var state = answer.Deserialize<DeploymentState>(SlipwayJson.Options)!;
            return $"{state.Stable.Reference} answers as {state.Name} (revision {state.Revision}).";
        }

        var rollout = answer.Deserialize<RolloutState>(SlipwayJson.Options)!;
        return rollout.EndedAt is null ? $"{rollout.Sentence} `slipway rollout watch {rollout.Deployment}` shows how it goes." : rollout.Sentence;
    }
}
