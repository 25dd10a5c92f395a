using System.CommandLine;
using Slipway.Access;
using Slipway.Access.Keys;
using Slipway.Client;
using Slipway.Output;

namespace Slipway.Commands;

/// <summary>Makes a key.</summary>
internal static class KeyCreateCommand
{
    public static Command Create()
    {
        var command = Verb.Create(
            "create",
            "Make a key and show it, this once. What it may do is its role; a scorer only asks for predictions. --project and --deployment limit it to these.",
            "slipway key create ci --role developer --project bike-demand",
            "slipway key create shop --role scorer --deployment bikes --expires 90d --rate 100",
            "slipway key create alice --role admin --data ./slipway-data");
        var name = new Argument<string>("name") { Description = "Who acts with it, in every event and in the audit." };
        var role = new Option<string>("--role") { Description = $"One of {Roles.All}.", HelpName = "ROLE", Required = true };
        var project = new Option<string[]>("--project") { Description = "Only this project, by its model's name, and what is deployed of it; may be repeated.", HelpName = "MODEL" };
        var deployment = new Option<string[]>("--deployment") { Description = "Only this deployment; may be repeated.", HelpName = "NAME" };
        var expires = new Option<string>("--expires") { Description = "How long it is taken; for ever where it is not given.", HelpName = "DURATION" };
        var rate = new Option<int?>("--rate") { Description = "The most requests a second.", HelpName = "N" };
        var keys = new KeysOptions();
        command.Add(name);
        command.Add(role);
        command.Add(project);
        command.Add(deployment);
        command.Add(expires);
        command.Add(rate);
        keys.AddTo(command);
        return command.Runs(async (parsed, terminal, cancellationToken) =>
        {
            var wanted = new WantedKey(
                parsed.GetValue(name)!, parsed.GetValue(role)!, parsed.GetValue(project) ?? [], parsed.GetValue(deployment) ?? [], parsed.GetValue(expires), parsed.GetValue(rate));
            var created = await keys.RunAsync(parsed, k => k.CreateAsync(wanted, cancellationToken), cancellationToken);
            Show(terminal, created);
            terminal.WriteJson(created);
            return ExitCode.Good;
        });
    }

    private static void Show(Terminal terminal, CreatedKey created)
    {
        var key = created.Key;
        terminal.Say($"The key {key.Name} ({key.Id}) is made: role {key.Role.Name()}, for {key.Scope}, {(key.ExpiresAt is { } ends ? $"until {ends:yyyy-MM-dd HH:mm} UTC" : "without an end")}.");
        terminal.Say("");
        terminal.Say($"  {created.Secret}");
        terminal.Say("");
        terminal.Say("It is shown this once. The command line takes it from SLIPWAY_KEY, programs send");
        terminal.Say("it as `Authorization: Bearer KEY`, and the console asks for it.");
    }
}
