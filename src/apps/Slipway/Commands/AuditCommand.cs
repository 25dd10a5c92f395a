using System.CommandLine;
using System.Globalization;
using Slipway.Access.Audit;
using Slipway.Client;
using Slipway.Core.Errors;
using Slipway.Core.Units;
using Slipway.Output;
using Spectre.Console;

namespace Slipway.Commands;

/// <summary>Who changed what.</summary>
internal static class AuditCommand
{
    public static Command Create()
    {
        var command = Verb.Create(
            "audit",
            "Show who changed what, when, from where and with what outcome: the newest changes first.",
            "slipway audit",
            "slipway audit --what bike-demand@1.1.0",
            "slipway audit --who local --since 7d");
        var who = new Option<string>("--who") { Description = "By this actor only.", HelpName = "NAME" };
        var what = new Option<string>("--what") { Description = "Only where the action and its target have this part, such as `approve` or a version.", HelpName = "TEXT" };
        var since = new Option<string>("--since") { Description = "Not before a time (UTC where it has no offset), or a length of time ago.", HelpName = "TIME|DURATION" };
        var limit = new Option<int>("--limit") { Description = "How many at most, 1 to 1000.", DefaultValueFactory = _ => 100, HelpName = "N" };
        var server = Verb.ServerOption();
        command.Add(who);
        command.Add(what);
        command.Add(since);
        command.Add(limit);
        command.Add(server);
        return command.Runs(async (parsed, terminal, cancellationToken) =>
        {
            var query = new AuditQuery(parsed.GetValue(limit), parsed.GetValue(who), parsed.GetValue(what), Moment(parsed.GetValue(since)));
            using var client = new SlipwayClient(parsed.GetValue(server));
            var entries = await client.GetAsync<IReadOnlyList<AuditEntry>>($"/api/v1/audit?{Text(query)}", cancellationToken);
            Show(terminal, entries, query.Limit);
            terminal.WriteJson(new { entries });
            return ExitCode.Good;
        });
    }

    private static DateTimeOffset? Moment(string? text) => text switch
    {
        null => null,
        _ when Duration.TryParse(text, out var ago) && ago < TimeSpan.FromDays(36_500) => TimeProvider.System.GetUtcNow() - ago,
        _ when DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var moment) => moment,
        _ => throw new SlipwayException(ErrorKind.InvalidInput, $"--since '{text}' is neither a time, such as 2026-05-03T14:00:00Z, nor {Duration.Rule}."),
    };

    private static string Text(AuditQuery query) => QueryText.Of(
        ("limit", query.Limit.ToString(CultureInfo.InvariantCulture)),
        ("who", query.Who),
        ("what", query.What),
        ("since", query.Since?.UtcDateTime.ToString("O", CultureInfo.InvariantCulture)));

    private static void Show(Terminal terminal, IReadOnlyList<AuditEntry> entries, int limit)
    {
        if (entries.Count == 0)
        {
            terminal.Say("No such change.");
            return;
        }

        var table = new Table().Border(TableBorder.Simple).AddColumn(new TableColumn("when (UTC)").NoWrap()).AddColumns("who", "what", "of what", "from").AddColumn(new TableColumn("outcome").RightAligned());
        foreach (var entry in entries)
        {
            table.AddRow(
                entry.At.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture),
                Markup.Escape(entry.Actor.Name),
                Markup.Escape(entry.Action),
                Markup.Escape(entry.Target),
                Markup.Escape(entry.Source),
                entry.Outcome.ToString(CultureInfo.InvariantCulture));
        }

        terminal.People.Write(table);
        if (entries.Count == limit)
        {
            terminal.Say($"These are the newest {limit}; there may be more. --limit shows up to 1000, and --who, --what and --since fewer.");
        }
    }
}
