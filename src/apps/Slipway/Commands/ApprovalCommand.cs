using System.CommandLine;
using Slipway.Client;
using Slipway.Core.Names;
using Slipway.Output;
using Slipway.Registry.Approvals;

namespace Slipway.Commands;

/// <summary>What a version needs to be deployed, and what is said about that.</summary>
internal static class ApprovalCommand
{
    public static Command Create()
    {
        var command = Verb.Create(
            "approval",
            "Show what a version needs to be deployed and what waits for approval; ask for it, comment, take it back. Each of the verbs below takes --json.",
            "slipway approval status bike-demand@1.1.0",
            "slipway approval request bike-demand@1.1.0 --reason \"ready for the new season\"",
            "slipway approval list");
        command.Add(CreateStatus());
        command.Add(CreateList());
        command.Add(CreateDecision(
            Verb.Create("request", "Ask for the approval of a version.", "slipway approval request bike-demand@1.1.0 --reason \"ready for the new season\""),
            "approval/request",
            approval => $"{approval.Version} waits for approval. {string.Join(' ', approval.Missing)}"));
        command.Add(CreateDecision(
            Verb.Create("comment", "Say something about a version, which decides nothing.", "slipway approval comment bike-demand@1.1.0 --reason \"which holdout?\""),
            "approval/comment",
            approval => $"The comment on {approval.Version} is kept."));
        command.Add(CreateDecision(
            Verb.Create("revoke", "Take every approval of a version back: a rollout that tries it ends, a deployment that answers with it goes on.", "slipway approval revoke bike-demand@1.1.0 --reason \"wrong holdout\""),
            "approval/revoke",
            approval => $"{approval.Version} is {approval.State.ToString().ToLowerInvariant()} again and cannot be deployed."));
        return command;
    }

    /// <summary>A verb that decides about a version: posts to its <paramref name="route"/> and tells how it then stands.</summary>
    public static Command CreateDecision(Command command, string route, Func<Approval, string> tell)
    {
        var version = Version();
        var reason = new Option<string>("--reason") { Description = "Why; kept in the history.", HelpName = "TEXT" };
        var server = Verb.ServerOption();
        command.Add(version);
        command.Add(reason);
        command.Add(server);
        return command.Runs(async (parsed, terminal, cancellationToken) =>
        {
            var reference = VersionReference.Parse(parsed.GetValue(version)!);
            using var client = new SlipwayClient(parsed.GetValue(server));
            var approval = await client.PostAsync<Approval>($"{Path(reference)}/{route}", new { reason = parsed.GetValue(reason) }, cancellationToken);
            terminal.Say(tell(approval));
            terminal.WriteJson(approval);
            return ExitCode.Good;
        });
    }

    private static Command CreateStatus()
    {
        var command = Verb.Create("status", "Show what a version needs to be deployed, what people did about it, and what is missing.", "slipway approval status bike-demand@1.1.0");
        var version = Version();
        var server = Verb.ServerOption();
        command.Add(version);
        command.Add(server);
        return command.Runs(async (parsed, terminal, cancellationToken) =>
        {
            var reference = VersionReference.Parse(parsed.GetValue(version)!);
            using var client = new SlipwayClient(parsed.GetValue(server));
            var approval = await client.GetAsync<Approval>($"{Path(reference)}/approval", cancellationToken);
            ApprovalView.Show(terminal, approval);
            terminal.WriteJson(approval);
            return ExitCode.Good;
        });
    }

    private static Command CreateList()
    {
        var command = Verb.Create("list", "Show what waits for approval, and live versions whose approval ends or has ended.", "slipway approval list");
        var server = Verb.ServerOption();
        command.Add(server);
        return command.Runs(async (parsed, terminal, cancellationToken) =>
        {
            using var client = new SlipwayClient(parsed.GetValue(server));
            var pending = await client.GetAsync<IReadOnlyList<PendingApproval>>("/api/v1/approvals", cancellationToken);
            ApprovalView.ShowAll(terminal, pending);
            terminal.WriteJson(new { pending });
            return ExitCode.Good;
        });
    }

    private static Argument<string> Version() => new("version") { Description = "The version, as MODEL@MAJOR.MINOR.PATCH." };

    private static string Path(VersionReference version) => $"/api/v1/models/{version.Model}/versions/{version.Version}";
}
