using System.Globalization;
using Slipway.Access;
using Slipway.Registry.Approvals;
using Spectre.Console;

namespace Slipway.Output;

/// <summary>Shows approvals within 80 columns.</summary>
internal static class ApprovalView
{
    /// <summary>One version: what is demanded, what people did, what is missing.</summary>
    public static void Show(Terminal terminal, Approval approval)
    {
        terminal.Say($"{approval.Version}: {approval.State.ToString().ToLowerInvariant()}, registered by {approval.CreatedBy}");
        terminal.Say($"It needs {approval.Policy.Describe()}.");
        if (approval.Decisions.Count > 0)
        {
            var table = new Table().Border(TableBorder.Simple).AddColumn(new TableColumn("when (UTC)").NoWrap()).AddColumns("who", "what", "why");
            foreach (var decision in approval.Decisions)
            {
                var signed = decision.Authenticated || decision.Role is null ? "" : " (not signed in)";
                table.AddRow(
                    Time(decision.At),
                    Markup.Escape($"{decision.Actor}{(decision.Role is { } role ? $", {role.Name()}" : "")}{signed}"),
                    decision.Step.ToString().ToLowerInvariant(),
                    Markup.Escape(decision.Comment ?? ""));
            }

            terminal.People.Write(table);
        }

        foreach (var lack in approval.Missing)
        {
            terminal.Say($"Missing: {lack}");
        }

        if (approval.Missing.Count == 0)
        {
            terminal.Say($"Nothing is missing{(approval.ExpiresAt is { } ends ? $" until {Time(ends)} UTC, when its approval ends" : "")}. `slipway deploy {approval.Version}` makes it answer.");
        }
    }

    /// <summary>What waits, one line each.</summary>
    public static void ShowAll(Terminal terminal, IReadOnlyList<PendingApproval> pending)
    {
        if (pending.Count == 0)
        {
            terminal.Say("Nothing waits for approval.");
            return;
        }

        var table = new Table().Border(TableBorder.Simple).AddColumn(new TableColumn("version").NoWrap()).AddColumn("state").AddColumn(new TableColumn("since (UTC)").NoWrap()).AddColumns("by", "missing");
        foreach (var item in pending)
        {
            table.AddRow(
                Markup.Escape(item.Approval.Version.ToString()),
                item.About,
                Time(item.Since),
                Markup.Escape(item.Approval.Request?.By ?? ""),
                Markup.Escape(string.Join(' ', item.Approval.Missing)));
        }

        terminal.People.Write(table);
    }

    private static string Time(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);
}
