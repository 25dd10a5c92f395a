using System.CommandLine;
using Slipway.Client;
using Slipway.Core.Names;
using Slipway.Output;
using Slipway.Registry;

namespace Slipway.Commands;

/// <summary>Allows a version to be deployed.</summary>
internal static class ApproveCommand
{
    public static Command Create()
    {
        var command = Verb.Create(
            "approve", "Allow a validated version to be deployed, where deploy.approval is `required`.", "slipway approve bike-demand@1.1.0 --reason \"gates and card read\"");
        var version = new Argument<string>("version") { Description = "The version, as MODEL@MAJOR.MINOR.PATCH." };
        var reason = new Option<string>("--reason") { Description = "Why; kept in the history.", HelpName = "TEXT" };
        var server = Verb.ServerOption();
        command.Add(version);
        command.Add(reason);
        command.Add(server);
        return command.Runs(async (parsed, terminal, cancellationToken) =>
        {
            var reference = VersionReference.Parse(parsed.GetValue(version)!);
            using var client = new SlipwayClient(parsed.GetValue(server));
            var body = new { reason = parsed.GetValue(reason) };
            var approved = await client.PostAsync<ModelVersion>($"/api/v1/models/{reference.Model}/versions/{reference.Version}/approve", body, cancellationToken);
            terminal.Say($"{approved.Reference} is approved. `slipway deploy {approved.Reference}` makes it answer.");
            terminal.WriteJson(approved);
            return ExitCode.Good;
        });
    }
}
