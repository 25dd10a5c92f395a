using System.CommandLine;
using Slipway.Client;
using Slipway.Core.Names;
using Slipway.Output;
using Slipway.Registry;

namespace Slipway.Commands;

/// <summary>Deletes a version that nothing needs.</summary>
internal static class DeleteCommand
{
    public static Command Create()
    {
        var command = Verb.Create(
            "delete",
            "Delete a version that no deployment has, would go back to, or had lately. Its history stays; `slipway gc` then frees its files.",
            "slipway delete bike-demand@1.0.0 --reason \"trained on a wrong file\"");
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
            var query = QueryText.Of(("reason", parsed.GetValue(reason)));
            var deleted = await client.DeleteAsync<ModelVersion>($"/api/v1/models/{reference.Model}/versions/{reference.Version}?{query}", cancellationToken);
            terminal.Say($"{deleted.Reference} is deleted. `slipway gc --yes` frees the files that nothing else needs, from an hour after they were last asked for.");
            terminal.WriteJson(deleted);
            return ExitCode.Good;
        });
    }
}
