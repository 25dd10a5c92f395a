using System.CommandLine;
using System.Globalization;
using Slipway.Access;
using Slipway.Access.Keys;
using Slipway.Output;
using Spectre.Console;

namespace Slipway.Commands;

/// <summary>Shows the keys.</summary>
internal static class KeyListCommand
{
    public static Command Create()
    {
        var command = Verb.Create("list", "Show the keys: name, role, what each is limited to, and until when. Never the keys themselves.", "slipway key list", "slipway key list --all");
        var all = new Option<bool>("--all") { Description = "Those that are revoked too." };
        var keys = new KeysOptions();
        command.Add(all);
        keys.AddTo(command);
        return command.Runs(async (parsed, terminal, cancellationToken) =>
        {
            var known = await keys.RunAsync(parsed, k => k.ListAsync(cancellationToken), cancellationToken);
            var shown = known.Where(key => key.RevokedAt is null || parsed.GetValue(all)).ToArray();
            Show(terminal, shown, known.Count - shown.Length);
            terminal.WriteJson(new { keys = shown });
            return ExitCode.Good;
        });
    }

    private static void Show(Terminal terminal, ApiKey[] keys, int hidden)
    {
        if (keys.Length > 0)
        {
            var table = new Table().Border(TableBorder.Simple).AddColumns("name", "id", "role", "for", "until (UTC)");
            foreach (var key in keys)
            {
                table.AddRow(
                    Markup.Escape(key.Name), Markup.Escape(key.Id), key.Role.Name(), Markup.Escape($"{key.Scope}{(key.Rate is { } rate ? $", {rate.ToString(CultureInfo.InvariantCulture)}/s" : "")}"), Until(key));
            }

            terminal.People.Write(table);
        }

        terminal.Say(keys.Length == 0 ? "There is no key. `slipway key create NAME --role ROLE` makes one." : hidden > 0 ? $"{hidden} more {(hidden == 1 ? "is" : "are")} revoked; --all shows them." : "");
    }

    private static string Until(ApiKey key) => key switch
    {
        { RevokedAt: { } at } => $"revoked {Day(at)}",
        { ExpiresAt: { } end } when end <= TimeProvider.System.GetUtcNow() => $"expired {Day(end)}",
        { ExpiresAt: { } end } => Day(end),
        _ => "no end",
    };

    private static string Day(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
